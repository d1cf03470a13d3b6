"""Versions of a policy by date: a folder of policy files, one of them in force at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from models.policy import Policy
from policies.check import check_file, problems_of
from policies.reading.findings import Check
from policies.reading.load import Loaded, load_policy
from policies.reading.problems import Gravity, Problem, errors_of

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Version:
    """One file of the folder: in force from `begins_at` on, until the next begins."""

    file: Path
    read: Loaded
    policy: Policy
    begins_at: datetime


def begins_at(policy: Policy) -> datetime:
    """When a policy comes into force: the midnight of its date, in its own time zone."""
    midnight = datetime.combine(policy.effective_from, time(), ZoneInfo(policy.time_zone))
    return midnight.astimezone(UTC)


def files_of(folder: Path) -> tuple[Path, ...]:
    """The policy files of a folder, by name. Raises OSError."""
    return tuple(
        sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES and not p.name.startswith("."))
    )


def read_version(
    file: Path, further: Iterable[Check] = ()
) -> tuple[tuple[Version, ...], tuple[Problem, ...]]:
    """The version in a file, None if it has errors; and its problems."""
    read = load_policy(file)
    problems = problems_of(read, further)
    if read.policy is None or errors_of(problems):
        return (), problems
    return (Version(file, read, read.policy, begins_at(read.policy)),), problems


def read_versions(
    folder: Path, further: Iterable[Check] = ()
) -> tuple[tuple[Version, ...], tuple[Problem, ...]]:
    """The versions in a folder, the oldest first, and every problem of its files together.

    After any error nobody can say which version is in force.
    """
    try:
        files = files_of(folder)
    except OSError as error:
        why = error.strerror or str(error)
        return (), (_of_folder(folder, f"the folder cannot be read: {why}", ""),)
    versions: list[Version] = []
    problems: list[Problem] = []
    for file in files:
        found, wrong = read_version(file, further)
        versions += found
        problems += wrong
    versions.sort(key=lambda version: version.begins_at)
    problems += (*_same_date(versions), *_other_names(versions))
    if not files:
        problems.append(_of_folder(folder, "there is no policy here", "add a file NAME.yaml"))
    return tuple(versions), tuple(problems)


def _same_date(versions: list[Version]) -> list[Problem]:
    found = []
    for earlier, later in pairwise(versions):
        if earlier.begins_at == later.begins_at:
            what = f"{earlier.file.name} comes into force on the same day"
            instead = "give each version its own date"
            found.append(later.read.problem(("effective_from",), what, instead))
    return found


def _other_names(versions: list[Version]) -> Iterator[Problem]:
    """Warnings if the name changes: another policy may have come into the folder."""
    for earlier, later in pairwise(versions):
        before = earlier.policy.policy
        if later.policy.policy != before:
            what = (
                f"{earlier.file.name} is a version of {before}, "
                "and this file comes into force after it"
            )
            instead = "give all versions one name, or move another policy to its own folder"
            level = Gravity.WARNING
            yield later.read.problem(("policy",), what, instead, level=level)


def _of_folder(folder: Path, what: str, instead: str) -> Problem:
    return Problem(str(folder), 1, 1, "", what, instead)


def in_force(versions: tuple[Version, ...], at: datetime) -> Version | None:
    """The version in force at an instant; None before the first."""
    begun = [version for version in versions if version.begins_at <= at]
    return begun[-1] if begun else None


def not_yet(folder: Path, versions: tuple[Version, ...], at: datetime) -> Problem:
    """The problem that no version is in force yet; it names the first one to come."""
    first = versions[0]
    what = f"no policy is in force on {at:%Y-%m-%d}"
    return _of_folder(
        folder, what, f"{first.file.name} is the first, from {first.policy.effective_from} on"
    )


def check_path(path: Path, further: Iterable[Check] = ()) -> tuple[Problem, ...]:
    """Every problem of a policy file, or of the versions in a folder. Raises nothing.

    `further` checks look at more than the policy alone.
    """
    return read_versions(path, further)[1] if path.is_dir() else check_file(path, further)
