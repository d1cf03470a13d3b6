"""The preview of a report in words, which change only if the preview does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from models.answers.report_preview import ClockPreview, ReportPreview
from rules.commands.beginning.judged_report import JudgedReport
from rules.wording.times import span
from web.pages.fields import label_of

EXACT = timedelta(minutes=10)
"""A longer time is said in whole minutes."""
MOST_CLOCKS = 8


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """The preview as the page shows it; `digest` changes if the words do."""

    severity: str
    why: str
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    not_allowed: str
    may: tuple[str, ...]
    does: tuple[tuple[str, str], ...]
    trouble: str

    @property
    def digest(self) -> str:
        """Tells whether a page shows these words already."""
        return sha256(repr(self).encode(errors="replace")).hexdigest()[:16]


def shown_preview(
    found: JudgedReport, preview: ReportPreview | None, trouble: str = ""
) -> ShownPreview:
    """A judged report and what it would do, if that is known."""
    lacks = {f"{where}{name}" for name in found.missing for where in ("", "attributes.")}
    return ShownPreview(
        severity=preview.severity if preview else found.severity,
        why=preview.why if preview else "",
        missing=tuple(label_of(name).lower() for name in found.missing),
        wrong=tuple(problem for name, problem in found.flaws if name not in lacks),
        not_allowed=found.not_allowed,
        may=found.may,
        does=tuple(_does(preview)) if preview else (),
        trouble=trouble,
    )


def _does(preview: ReportPreview) -> Iterator[tuple[str, str]]:
    one_of = "one of " if preview.in_turn else ""
    yield "Pages at once", one_of + ", ".join(preview.paged) or f"nobody: {preview.not_paged}"
    if preview.roles:
        roles = ((label_of(role).lower(), person) for role, person in preview.roles)
        yield "Takes a role", ", ".join(f"{person} ({role})" for role, person in roles)
    if preview.informed:
        yield "Informs", ", ".join(preview.informed)
    clocks = [_clock(each) for each in preview.clocks]
    more = [f"and {len(clocks) - MOST_CLOCKS} more"] if len(clocks) > MOST_CLOCKS else []
    yield "Starts the clocks", "; ".join((*clocks[:MOST_CLOCKS], *more)) or "none"


def _clock(each: ClockPreview) -> str:
    left = each.limit_after
    if left <= timedelta():
        return f"{each.clock}, already over its limit"
    if left > EXACT:
        left = timedelta(minutes=round(left / timedelta(minutes=1)))
    return f"{each.clock} within {span(left)}"
