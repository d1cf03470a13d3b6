"""The policy in force. The engine reads and checks it, and does so again when its file changes."""

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from policies.compiling.policy import content_hash
from policies.reading.loaded import LoadedPolicy
from policies.reading.problems import Problem, errors_of
from policies.versions import Version, files_of, in_force, not_yet, read_version, read_versions

_MOST_SHOWN = 20


class PolicyBroken(Exception):  # noqa: N818 - says what is
    """A policy file that the engine cannot use. `problems` are in order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        errors = errors_of(problems)
        lines = [str(problem) for problem in errors[:_MOST_SHOWN]]
        if len(errors) > _MOST_SHOWN:
            lines.append(f"... and {len(errors) - _MOST_SHOWN} more")
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: tuple[int, ...]
    versions: tuple[Version, ...]
    loaded: dict[Path, LoadedPolicy]
    problems: tuple[Problem, ...]


_known: dict[str, _Known] = {}
_lock = threading.Lock()


def _stamp(path: Path) -> tuple[int, ...]:
    """A value that changes when a file, or any file of a folder, changes."""
    try:
        files = files_of(path) if path.is_dir() else ()
        statuses = [each.stat() for each in (path, *files)]
    except (OSError, ValueError):
        return ()
    return tuple(n for s in statuses for n in (s.st_mtime_ns, s.st_size, s.st_ino))


def _read(path: Path, stamp: tuple[int, ...]) -> _Known:
    versions, problems = read_versions(path) if path.is_dir() else read_version(path)
    loaded = {
        version.file: LoadedPolicy(
            version.policy,
            content_hash(version.read.source),
            version.read.source,
            tuple(problem for problem in problems if problem.file == version.read.file),
            version.read.read_values,
        )
        for version in versions
    }
    return _Known(stamp, versions, loaded, problems)


def _current(path: Path) -> _Known:
    stamp = _stamp(path)
    with _lock:
        known = _known.get(str(path))
        if known is None or known.stamp != stamp or not stamp:
            known = _read(path, stamp)
            _known[str(path)] = known
    return known


def policy_in_force(path: Path | str, at: datetime) -> LoadedPolicy:
    """The policy of a file, or the version in a folder that is in force at `at`.

    A single file is in force whatever its date. This reads a file again once its time, size or
    identity changes. Raises PolicyBroken.
    """
    path = Path(path)
    known = _current(path)
    if errors_of(known.problems):
        raise PolicyBroken(known.problems)
    version = in_force(known.versions, at) if path.is_dir() else known.versions[0]
    if version is None:
        raise PolicyBroken((not_yet(path, known.versions, at),))
    return known.loaded[version.file]


def versions_of(path: Path | str) -> tuple[Version, ...]:
    """Every version of a folder (or the one of a file), the oldest first. Raises PolicyBroken."""
    known = _current(Path(path))
    if errors_of(known.problems):
        raise PolicyBroken(known.problems)
    return known.versions


def source_in_force(path: Path, policy_hash: str, at: datetime) -> bytes | None:
    """The text of the version with this hash that has come into force by `at`, if there is one."""
    try:
        versions = versions_of(path)
    except PolicyBroken:
        return None
    alone = not path.is_dir()
    for version in versions:
        begun = alone or version.begins_at <= at
        if begun and content_hash(version.read.source) == policy_hash:
            return version.read.source
    return None
