"""The words for when a clock starts and stops, and for which incidents it runs.

A moment is a milestone, or a choice among several: `impact_started or reported` is the first of
them that is known; `later of found and fixed` and `earlier of aware and reported` compare them.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from models.base import Frozen


class DerivedKind(StrEnum):
    """What a derived milestone follows from.

    It is each status update for an audience, the raising of a flag, the taking of a role, or a date
    of the incident, once it is set.
    """

    UPDATE = "update"
    FLAG = "flag"
    ROLE = "role"
    PLANNED = "planned"


_DERIVED = {kind.value: kind for kind in DerivedKind}


@dataclass(frozen=True, slots=True)
class Derived:
    """A milestone that follows from the record, such as `update:customers`."""

    kind: DerivedKind
    of: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.of}"


def derived(milestone: str) -> Derived | None:
    """What a milestone follows from; None if somebody or the lifecycle sets it."""
    kind, colon, of = milestone.partition(":")
    known = _DERIVED.get(kind) if colon else None
    return Derived(known, of) if known else None


SPECIAL = ("alert_fired", "severity_confirmed")
"""Milestones that follow from the record: its first alert, and the first confirmed severity."""

_MILESTONE = re.compile(r"[\w.\-]+(?::[\w.\-]+)?")
_COMPARED = re.compile(r"(later|earlier) of (.+)")
_CONDITION = re.compile(r"(not )?(?:flag ([\w.\-]+)|([\w.\-]+) ?= ?([^= ][^=]*))")
_AND = re.compile(r" ?, ?| and ")


class MomentError(ValueError):
    """Words that are no moment or condition: what is wrong, and what to write `instead`."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what}: {instead}")
        self.what = what
        self.instead = instead


class Choice(StrEnum):
    """Which of several milestones counts."""

    FIRST_KNOWN = "or"
    LATER = "later of"
    EARLIER = "earlier of"


class Moment(Frozen):
    """One milestone, or a choice among several."""

    of: tuple[str, ...]
    choice: Choice = Choice.FIRST_KNOWN


class Condition(Frozen):
    """What must be true of an incident: an attribute with one of some values.

    A flag is an attribute whose value is `yes`; `of_flag` if the author wrote it as a flag.
    """

    attribute: str
    values: tuple[str, ...]
    negated: bool = False
    of_flag: bool = False


RAISED = "yes"
"""The value of a raised flag."""


@lru_cache(maxsize=1024)
def parse_moment(text: str) -> Moment:
    """The moment that a text means. Raises MomentError."""
    words = " ".join(text.split())
    compared = _COMPARED.fullmatch(words)
    if compared:
        names = tuple(_AND.split(compared[2]))
        choice = Choice.LATER if compared[1] == "later" else Choice.EARLIER
        if len(names) < 2:  # noqa: PLR2004 - a comparison has two sides
            instead = f"write {choice.value} one and another"
            raise MomentError(f"{words!r} compares nothing", instead)
    else:
        names, choice = tuple(words.split(" or ")), Choice.FIRST_KNOWN
    for name in names:
        if not _MILESTONE.fullmatch(name):
            how = "write a milestone, `one or another`, `later of one and another`"
            raise MomentError(f"{name!r} is not a milestone", how)
    return Moment(of=names, choice=choice)


@lru_cache(maxsize=1024)
def parse_condition(text: str) -> Condition:
    """The condition that a text means. Raises MomentError."""
    found = _CONDITION.fullmatch(" ".join(text.split()))
    if not found:
        how = "write flag NAME, not flag NAME, ATTRIBUTE=VALUE or ATTRIBUTE=VALUE|VALUE"
        raise MomentError(f"{text!r} is not a condition", how)
    values = tuple(v.strip() for v in found[4].split("|")) if found[4] else (RAISED,)
    return Condition(
        attribute=found[2] or found[3],
        values=values,
        negated=bool(found[1]),
        of_flag=bool(found[2]),
    )
