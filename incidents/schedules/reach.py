"""Finds whom a level of an escalation reaches: feeds, overrides and zone data are read here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from incidents.schedules.hours import in_turn, outside_hours
from incidents.schedules.on_call import OnCallLookup
from models.contracts.paging import EscalateIncident, OutOfHours, Unable
from models.people.schedule import OnCall
from rules.paging.channels import PageTarget, Resolution, resolve_targets


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a level pages now, in order; who is outside their hours, who cannot, who is nobody."""

    pages: tuple[PageTarget, ...]
    outside: tuple[OutOfHours, ...]
    unable: tuple[Unable, ...]
    nobody: tuple[str, ...]
    on_call: Mapping[str, OnCall]


async def reach_of(lookup: OnCallLookup, request: EscalateIncident) -> Reach:
    """Whom a request to page a level reaches. Raises nothing: a schedule in trouble says so."""
    level = request.targets
    duty = await lookup.ask(
        level.page, request.schedules, request.people, request.policy, request.now
    )
    found = resolve_targets(
        level.page,
        request.holders,
        duty.people,
        duty.on_call,
        request.further_holders,
        vacant=request.vacant,
        local=request.local_times,
    )
    found, unable = _without_decliners(found, request)
    outside = await outside_hours(found.pages, level.hours, request.schedules, request.now)
    if level.in_turn:
        found = in_turn(level.page, found, outside)
    return Reach(
        pages=tuple(page for page in found.pages if page not in outside),
        outside=tuple(outside[page] for page in found.pages if page in outside),
        unable=unable,
        nobody=found.nobody,
        on_call=duty.on_call,
    )


def _without_decliners(
    found: Resolution, request: EscalateIncident
) -> tuple[Resolution, tuple[Unable, ...]]:
    """Whom to page, and who is left out because they cannot."""
    gone = [p for p in found.pages if not p.is_channel and p.recipient in request.declined]
    pages = tuple(page for page in found.pages if page not in gone)
    unable = tuple(Unable(target=page.target, recipient=page.recipient) for page in gone)
    return replace(found, pages=pages), unable
