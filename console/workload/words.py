"""What somebody has on their hands, in words for people and as a document for scripts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from console.incidents.clock_view import grid, heading
from console.terminal.output import line
from console.workload.assigned import Assigned
from models.people.workload import HeldPage, HoldRole
from policies.page_limits import limit_as_written
from rules.paging.summary import MOST_LISTED, incidents
from rules.wording.times import moment, relative

NOTHING = "nobody has anything on their hands"


def in_full(found: Assigned) -> RenderableType:
    """One person or channel: the limit, what was sent and is held, the roles."""
    if found.state is None:
        return Group(*_nothing(found))
    parts: list[RenderableType] = [line(_whose(found), "bold"), *_limit(found)]
    if found.sent:
        parts += [heading("Sent lately"), _sent(found)]
    if found.held:
        parts += [heading("Held"), _held(found), *_more(found), _summary(found)]
    if found.roles:
        parts += [heading("Roles"), *_roles(found)]
    return Group(*parts)


def _whose(found: Assigned) -> str:
    return f"{found.whom} under {found.policy or 'another policy'}"


def _nothing(found: Assigned) -> Iterator[Text]:
    yield line(f"{found.name} has nothing on their hands")
    if found.limit:
        yield line(f"at most {limit_as_written(found.limit)}, over all incidents", "dim")
    elif not found.at_once:
        yield line("and nothing is counted: the policy in force has no limits for them", "dim")


def _limit(found: Assigned) -> Iterator[Text]:
    if found.limit is None:
        yield line("no limit on pages")
        return
    written, sent = limit_as_written(found.limit), len(found.sent)
    yield line(f"limit {written}: {sent} sent lately, {found.left} left")
    worst, others = found.next_ones(worst=True), found.next_ones(worst=False)
    kept = (found.left or 0) - (worst or 0)
    yield line(
        f"one by one {worst} of the worst severity, {others} of others; {kept} for summaries", "dim"
    )


def _sent(found: Assigned) -> RenderableType:
    table = grid("when", "at", "page")
    for page in found.sent[-MOST_LISTED:]:
        what = "summary" if page.summary else page.key
        table.add_row(relative(page.at, found.now), moment(page.at), line(what))
    return table


def _held(found: Assigned) -> RenderableType:
    table = grid("incident", "severity", "held", "since", "page")
    for page in found.held[:MOST_LISTED]:
        asked = page.asked
        table.add_row(
            line(asked.incident_id, "bold"),
            line(asked.severity),
            relative(page.at, found.now),
            moment(page.at),
            line(asked.subject),
        )
    return table


def _more(found: Assigned) -> Iterator[Text]:
    more = len(found.held) - MOST_LISTED
    if more > 0:
        yield line(f"and {more} more; --json has them all", "dim")


def _summary(found: Assigned) -> Text:
    at = found.summary_at
    when = f"{relative(at, found.now)}, at {moment(at)}" if at and at > found.now else "now"
    failed = found.state.failed if found.state else 0
    again = f"; failed attempts: {failed}" if failed else ""
    return line(f"the summary goes out {when}{again}", "yellow")


def _roles(found: Assigned) -> Iterator[Text]:
    for role, held in found.roles.items():
        over = found.over(role)
        yield line(f"{role} of {_at_once(found, role, held)}", "bold red" if over else "")
        for one in held:
            yield line(f"  {one.incident_id}, since {moment(one.at)}")


def _at_once(found: Assigned, role: str, held: tuple[HoldRole, ...]) -> str:
    most = found.at_once.get(role)
    said = incidents(len(held))
    if found.over(role):
        return f"{said}: over the limit of {most} at once"
    return f"{said}, of at most {most} at once" if most else said


def table_of(rows: tuple[Assigned, ...]) -> RenderableType:
    """A table with a row for each person or channel."""
    if not rows:
        return Text(NOTHING, style="dim")
    table = grid("who", "limit", "sent", "left", "held", "summary", "roles")
    for row in rows:
        table.add_row(
            line(row.whom if row.policy else f"{row.whom} (another policy)", "bold"),
            limit_as_written(row.limit) if row.limit else "",
            str(len(row.sent)) if row.limit else "",
            str(row.left) if row.limit else "",
            line(len(row.held) or "", "yellow"),
            relative(row.summary_at, row.now) if row.summary_at else "",
            _short(row),
        )
    return table


def _short(row: Assigned) -> Text:
    said = Text()
    for number, (role, held) in enumerate(row.roles.items()):
        over = f" (over {row.at_once[role]})" if row.over(role) else ""
        said.append(", " if number else "")
        said.append(line(f"{role} {len(held)}{over}", "bold red" if over else ""))
    return said


def document(found: Assigned) -> dict[str, Any]:
    """The document for scripts."""
    limit = found.limit
    within = limit.within.total_seconds() if limit else None
    return {
        "whom": found.whom,
        "policy": found.policy,
        "workload": found.workload,
        "running": found.state is not None,
        "now": _instant(found.now),
        "limit": {"most": limit.most, "within_seconds": within} if limit else None,
        "left": found.left,
        "left_one_by_one": {
            "worst": found.next_ones(worst=True),
            "others": found.next_ones(worst=False),
        },
        "sent": [page.model_dump(mode="json") for page in found.sent],
        "held": [_waiting(page) for page in found.held],
        "summary_at": _instant(found.summary_at),
        "summary_failed": found.state.failed if found.state else 0,
        "roles": [_counted(found, role) for role in found.roles],
    }


def _waiting(page: HeldPage) -> dict[str, Any]:
    return {
        "incident": page.asked.incident_id,
        "severity": page.asked.severity,
        "subject": page.asked.subject,
        "key": page.asked.key,
        "since": _instant(page.at),
    }


def _counted(found: Assigned, role: str) -> dict[str, Any]:
    held = found.roles[role]
    return {
        "role": role,
        "at_once": found.at_once.get(role),
        "over": found.over(role),
        "incidents": [{"incident": one.incident_id, "since": _instant(one.at)} for one in held],
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
