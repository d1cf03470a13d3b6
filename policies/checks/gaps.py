"""What a policy leaves open, reported once; and what it says that it leaves open on purpose."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from models.policy.values.words import suggestion
from policies.reading.findings import Finding, warning
from policies.reading.load import Loaded
from policies.reading.problems import Gravity
from policies.reading.tree import Loc, beneath, path_words
from policies.reading.unspecified import BECAUSE, Omission, ReadValues
from policies.reading.while_unspecified import TARGETS, WITHOUT, any_of


def findings_left(read: Loaded, found: Iterable[Finding]) -> Iterator[Finding]:
    """Findings at their places in the file, without those that the policy answers.

    The policy answers one by `none, because ...`, or by accepting a gap with a reason. What the
    policy itself calls open is reported as open, and not again as missing.
    """
    accepted = read.policy.accepted if read.policy else {}
    placed = [replace(finding, loc=read.read_values.written(finding.loc)) for finding in found]
    for finding in (*_unanswered(read.read_values, placed), *_left_open(read.read_values, placed)):
        if finding.level is Gravity.ERROR or not any(_of(finding, path) for path in accepted):
            yield finding
    yield from _accepts_nothing(read.tree.value, accepted)


def _of(finding: Finding, path: str) -> bool:
    """Whether a finding is about a path, or about something in it."""
    return beneath(path_words(finding.loc), path) or beneath(finding.about, path)


def _unanswered(read_values: ReadValues, found: Iterable[Finding]) -> Iterator[Finding]:
    """What the policy deliberately does not answer."""
    for finding in found:
        path = path_words(finding.loc)
        if read_values.reason(path) or (finding.about and read_values.reason(finding.about)):
            continue
        omission = read_values.open_at(finding.about or path)
        if omission and finding.about and finding.level is Gravity.WARNING:
            what = f"{finding.what}: {_words(omission)}"
            yield replace(finding, loc=omission.loc, what=what, key=False)
        elif not omission and not _follows(read_values, finding):
            yield finding


def _follows(read_values: ReadValues, finding: Finding) -> bool:
    """Whether an error only exists because something that it is about is open."""
    if finding.level is not Gravity.ERROR or not finding.about:
        return False
    return any(beneath(path_words(s.loc), finding.about) for s in read_values.omissions)


def _left_open(read_values: ReadValues, found: Iterable[Finding]) -> Iterator[Finding]:
    """Every `unspecified` place that no question asks for, with what counts meanwhile."""
    asked = [f.about for f in found if f.about and f.level is Gravity.WARNING]
    for omission in read_values.omissions:
        path = path_words(omission.loc)
        if not omission.reason and not any(beneath(about, path) for about in asked):
            yield warning(omission.loc, _words(omission), _how(omission))


def _words(omission: Omission) -> str:
    path = path_words(omission.loc)
    if omission.reason is not None:
        return f"{path} is none, but has no reason"
    return f"{path} is left open, and meanwhile {omission.meanwhile}"


def _how(omission: Omission) -> str:
    say = () if omission.reason is not None else ("specify it",)
    if any_of(omission.loc, TARGETS):
        return "specify it, or write none"
    without = (f"write {BECAUSE}",) if any_of(omission.loc, WITHOUT) else ()
    return ", or ".join((*say, *without))


def _accepts_nothing(value: Any, accepted: Iterable[str]) -> Iterator[Finding]:
    """Each accepted gap is a place of the policy."""
    known = {path_words(loc) for loc in _places(value)} if accepted else set()
    for path in accepted:
        if path not in known:
            loc = ("accepted", path)
            meant = suggestion(path, known) if len(known) else ""
            instead = meant if meant.startswith("did") else "write a path: clocks.review.within"
            yield Finding(loc, f"there is no {path} to accept", instead, key=True)


def _places(value: Any, loc: Loc = ()) -> Iterator[Loc]:
    inside: dict[Any, Any] = dict(enumerate(value)) if isinstance(value, list) else {}
    for part, inner in (value if isinstance(value, dict) else inside).items():
        yield (*loc, part)
        yield from _places(inner, (*loc, part))
