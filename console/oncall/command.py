"""`oncall`: who is on call now, at an instant, or over a period."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from console.engine.by_temporal import on_call_by, on_call_in_force
from console.oncall.words import lines
from console.terminal.arguments import AsJson
from console.terminal.failure import usage
from console.terminal.output import Output, say
from console.terminal.running import perform, perform_alone
from console.terminal.times import FORMS, parse_instant
from models.answers.on_call import AHEAD, LONGEST, OnCallQuestion, OnCallShown
from runtime.settings import load_settings

app = typer.Typer(add_completion=False)

Ask = Callable[[OnCallQuestion], Awaitable[OnCallShown]]

Schedules = Annotated[
    list[str] | None, typer.Argument(metavar="[SCHEDULE]...", help="schedules; default: all")
]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="a policy file; default: the policy in force"),
]
At = Annotated[str | None, typer.Option("--at", help=f"an instant, {FORMS}; default: now")]
Start = Annotated[
    str | None, typer.Option("--from", help="the start of a period, in the same forms")
]
End = Annotated[
    str | None, typer.Option("--to", help="the end of the period; default: 14 days later")
]


@app.command()
def oncall(
    context: typer.Context,
    schedules: Schedules = None,
    *,
    policy: PolicyFile = None,
    at: At = None,
    start: Start = None,
    end: End = None,
    as_json: AsJson = False,
) -> None:
    """Show who is on call by the schedules of a policy, with a calendar of the following days.

    With --from and --to, show every shift of a period. Feeds are read; if a feed does not answer,
    its last good copy is used. Overrides that people made count unless --policy names a file.
    """
    asked = _asked(schedules or (), at, start, end)

    output = Output.of(context, as_json=as_json)

    async def found(ask: Ask) -> None:
        told = await ask(asked)
        if output.as_json:
            output.answer(told.model_dump(mode="json"), "")
        else:
            days = await ask(asked.around)
            say(*lines(told, days, asked, ranged=bool(start or end)))

    if policy is None and load_settings().api_url:
        perform(lambda engine: found(engine.on_call))
    elif policy is None:
        perform_alone(lambda: found(on_call_in_force))
    else:  # nothing but the file and its feeds is needed
        perform_alone(lambda: found(partial(on_call_by, policy)))


def _asked(
    schedules: Iterable[str], at: str | None, start: str | None, end: str | None
) -> OnCallQuestion:
    now = datetime.now(UTC).replace(microsecond=0)
    if at and (start or end):
        raise usage("give an instant (--at) or a period (--from and --to), not both")
    instant = parse_instant(at, now) if at else now
    begins = parse_instant(start, now) if start else instant
    ends = parse_instant(end, now) if end else begins + AHEAD
    if ends <= begins:
        raise usage("--to is not after --from")
    if ends - begins > LONGEST:
        raise usage(f"a period is at most {LONGEST.days} days long")
    return OnCallQuestion(begins if start else instant, begins, ends, tuple(schedules))
