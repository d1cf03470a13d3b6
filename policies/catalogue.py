"""The policy in force: read, checked, and read again when its file changes."""

import threading
from dataclasses import dataclass
from pathlib import Path

from models.policy import Policy
from policies.check import problems_of
from policies.compile import content_hash
from policies.load import load_policy
from policies.problems import Problem, errors_of

_MOST_SHOWN = 20


class PolicyBroken(Exception):  # noqa: N818 - says what is
    """A policy file cannot be used. `problems` are its errors and warnings, in order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        errors = errors_of(problems)
        lines = [str(problem) for problem in errors[:_MOST_SHOWN]]
        if len(errors) > _MOST_SHOWN:
            lines.append(f"... and {len(errors) - _MOST_SHOWN} more")
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy that can be used, its content hash, and the bytes that it was read from."""

    policy: Policy
    policy_hash: str
    source: bytes
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: tuple[int, ...]
    outcome: LoadedPolicy | PolicyBroken


_known: dict[str, _Known] = {}
_lock = threading.Lock()


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return ()
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _read(path: Path) -> LoadedPolicy | PolicyBroken:
    read = load_policy(path)
    problems = problems_of(read)
    if read.policy is None or errors_of(problems):
        return PolicyBroken(problems)
    return LoadedPolicy(read.policy, content_hash(read.source), read.source, problems)


def policy_in_force(path: Path | str) -> LoadedPolicy:
    """The policy of a file as it is now. Raises PolicyBroken.

    The file is read once for as long as its time, size and identity stay the same.
    """
    path = Path(path)
    stamp = _stamp(path)
    with _lock:
        known = _known.get(str(path))
        if known is None or known.stamp != stamp or not stamp:
            known = _Known(stamp, _read(path))
            _known[str(path)] = known
    if isinstance(known.outcome, PolicyBroken):
        raise PolicyBroken(known.outcome.problems)
    return known.outcome
