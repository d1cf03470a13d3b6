"""What a report would do, in words."""

from collections.abc import Iterator
from datetime import timedelta

from models.answers.report_preview import ClockPreview, ReportPreview
from rules.wording.times import span

EXACT = timedelta(minutes=10)
"""A longer time is told in whole minutes."""
MOST_CLOCKS = 8


def effects_of(preview: ReportPreview) -> Iterator[tuple[str, str]]:
    """Each effect of a report: what it is, and on whom or what."""
    one_of = "one of " if preview.in_turn else ""
    yield "Pages at once", one_of + ", ".join(preview.paged) or f"nobody: {preview.not_paged}"
    if preview.roles:
        roles = ((role.replace("_", " "), person) for role, person in preview.roles)
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
