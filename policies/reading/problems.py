"""What is wrong with a policy file, where, and what to write instead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_NUMBERS = re.compile(r"([0-9]+)")


class Gravity(StrEnum):
    """An error keeps the engine from using a policy; a warning says what it leaves open.

    A note is about the installation, not the policy.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. Lines and columns count from 1; `where` is the path of keys to it."""

    file: str
    line: int
    column: int
    where: str
    what: str
    instead: str = ""
    level: Gravity = Gravity.ERROR

    def __str__(self) -> str:
        what = f"{self.what}; {self.instead}" if self.instead else self.what
        return f"{self.file}:{self.line}:{self.column}: {self.level}: {' '.join(what.split())}"


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that keep the engine from using a policy."""
    return tuple(problem for problem in problems if problem.level is Gravity.ERROR)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems in the order of the file, each once whatever aliases lead to it; notes last."""
    unique = {(p.line, p.column, p.level, p.what): p for p in reversed(tuple(problems))}
    return tuple(
        sorted(
            unique.values(),
            key=lambda p: (
                p.level is Gravity.NOTE,
                p.line,
                p.column,
                p.level,
                p.where,
                _counted(p),
            ),
        )
    )


def _counted(problem: Problem) -> list[tuple[int, str]]:
    """What is wrong, with its numbers in the order of counting: Q2 before Q10."""
    return [(int(part) if part.isdecimal() else 0, part) for part in _NUMBERS.split(problem.what)]
