"""What somebody has on their hands, in words for people."""

from collections.abc import Iterator
from datetime import timedelta

from rich.console import Group, RenderableType
from rich.text import Text

from console.incidents.clock_view import grid, heading
from console.terminal.output import line
from models.answers.workload import LimitShown, RoleShown, WorkloadShown
from models.people.party import party_named
from models.people.workload import PageLimit
from policies.page_limits import limit_as_written
from rules.paging.summary import MOST_LISTED, incidents
from rules.wording.times import moment, relative

NOTHING = "nobody has anything on their hands"


def in_full(found: WorkloadShown) -> RenderableType:
    """One person or channel: the limit, what was sent and is held, the roles."""
    if not found.running:
        return Group(*_nothing(found))
    parts: list[RenderableType] = [line(_whose(found), "bold"), *_limit(found)]
    if found.sent:
        parts += [heading("Sent lately"), _sent(found)]
    if found.held:
        parts += [heading("Held"), _held(found), *_more(found), _summary(found)]
    if found.roles:
        parts += [heading("Roles"), *_roles(found)]
    return Group(*parts)


def _whose(found: WorkloadShown) -> str:
    return f"{found.whom} under {found.policy or 'another policy'}"


def _nothing(found: WorkloadShown) -> Iterator[Text]:
    name = party_named(found.whom).name
    if not found.counted:
        yield line(f"nothing is counted for {name}: the policy in force has no limits for them")
        return
    yield line(f"{name} has nothing on their hands")
    if found.limit:
        yield line(f"at most {_written(found.limit)}, over all incidents", "dim")


def _limit(found: WorkloadShown) -> Iterator[Text]:
    if found.limit is None:
        yield line("no limit on pages")
        return
    written, sent = _written(found.limit), len(found.sent)
    yield line(f"limit {written}: {sent} sent lately, {found.left} left")
    worst, others = found.left_one_by_one.worst, found.left_one_by_one.others
    kept = (found.left or 0) - (worst or 0)
    yield line(
        f"one by one {worst} of the worst severity, {others} of others; {kept} for summaries", "dim"
    )


def _sent(found: WorkloadShown) -> RenderableType:
    table = grid("when", "at", "page")
    for page in found.sent[-MOST_LISTED:]:
        what = "summary" if page.summary else page.key
        table.add_row(relative(page.at, found.now), moment(page.at), line(what))
    return table


def _held(found: WorkloadShown) -> RenderableType:
    table = grid("incident", "severity", "held", "since", "page")
    for page in found.held[:MOST_LISTED]:
        table.add_row(
            line(page.incident, "bold"),
            line(page.severity),
            relative(page.since, found.now),
            moment(page.since),
            line(page.subject),
        )
    return table


def _more(found: WorkloadShown) -> Iterator[Text]:
    more = len(found.held) - MOST_LISTED
    if more > 0:
        yield line(f"and {more} more; --json has them all", "dim")


def _summary(found: WorkloadShown) -> Text:
    at = found.summary_at
    when = f"{relative(at, found.now)}, at {moment(at)}" if at and at > found.now else "now"
    failed = found.summary_failed
    again = f"; failed attempts: {failed}" if failed else ""
    return line(f"the summary goes out {when}{again}", "yellow")


def _roles(found: WorkloadShown) -> Iterator[Text]:
    for held in found.roles:
        yield line(f"{held.role} of {_at_once(held)}", "bold red" if held.over else "")
        for one in held.incidents:
            yield line(f"  {one.incident}, since {moment(one.since)}")


def _at_once(held: RoleShown) -> str:
    said = incidents(len(held.incidents))
    if held.over:
        return f"{said}: over the limit of {held.at_once} at once"
    return f"{said}, of at most {held.at_once} at once" if held.at_once else said


def _written(limit: LimitShown) -> str:
    within = timedelta(seconds=limit.within_seconds)
    return limit_as_written(PageLimit(most=limit.most, within=within))


def table_of(rows: tuple[WorkloadShown, ...]) -> RenderableType:
    """A table with a row for each person or channel."""
    if not rows:
        return Text(NOTHING, style="dim")
    table = grid("who", "limit", "sent", "left", "held", "summary", "roles")
    for row in rows:
        table.add_row(
            line(row.whom if row.policy else f"{row.whom} (another policy)", "bold"),
            _written(row.limit) if row.limit else "",
            str(len(row.sent)) if row.limit else "",
            str(row.left) if row.limit else "",
            line(len(row.held) or "", "yellow"),
            relative(row.summary_at, row.now) if row.summary_at else "",
            _short(row),
        )
    return table


def _short(row: WorkloadShown) -> Text:
    said = Text()
    for number, held in enumerate(row.roles):
        over = f" (over {held.at_once})" if held.over else ""
        said.append(", " if number else "")
        said.append(line(f"{held.role} {len(held.incidents)}{over}", "bold red" if over else ""))
    return said
