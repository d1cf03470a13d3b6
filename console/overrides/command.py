"""`overrides`: puts somebody else on call for a time, lists that, ends it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console.overrides.words import kept, listed
from console.terminal.arguments import AsJson
from console.terminal.failure import usage
from console.terminal.output import Output
from console.terminal.running import actor_name, perform
from console.terminal.times import FORMS, parse_instant
from incidents.schedules.overriding import AskedOverride
from models.answers.overrides import OverridesShown, OverrideStanding

if TYPE_CHECKING:
    from console.engine.protocol import Engine

app = typer.Typer(add_completion=False, no_args_is_help=True)

By = Annotated[
    str | None, typer.Option("--actor", help="who does it; default: INCIDENT_ACTOR or the login")
]


@app.callback()
def overrides() -> None:
    """Put somebody else on call for a time, list that, end it: the policy stays as it is."""


@app.command()
def add(
    context: typer.Context,
    schedule: Annotated[str, typer.Argument(metavar="SCHEDULE", help="the schedule")],
    person: Annotated[str, typer.Argument(metavar="PERSON", help="who is on call instead")],
    until: Annotated[str, typer.Option("--until", help=f"when it ends, {FORMS}")],
    reason: Annotated[str, typer.Option("--reason", help="why")],
    *,
    covers: Annotated[
        str | None,
        typer.Option("--covers", help="whose shifts; default: everybody's in that time"),
    ] = None,
    begins: Annotated[
        str | None, typer.Option("--from", help="when it begins, in the same forms; default: now")
    ] = None,
    actor: By = None,
    as_json: AsJson = False,
) -> None:
    """Put somebody on call instead, until some instant."""
    now, by = datetime.now(UTC), actor_name(actor)
    asked = AskedOverride(
        schedule=schedule,
        person=person,
        covers=covers,
        begins_at=_instant(begins, now) if begins else now,
        ends_at=_instant(until, now),
        reason=reason,
    )

    async def make(engine: "Engine") -> None:
        made = await engine.override(asked, by)
        document = made.model_dump(mode="json")
        Output.of(context, as_json=as_json).answer(document, kept(made))

    perform(make)


@app.command("list")
def list_overrides(
    context: typer.Context,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="also those that are over, and refused attempts")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List who is on call instead, and who will be. Works without a worker."""

    async def show(engine: "Engine") -> None:
        found = await engine.overrides()
        if not every:
            open_ = (o for o in found.overrides if o.standing is not OverrideStanding.OVER)
            found = OverridesShown(overrides=tuple(open_))
        Output.of(context, as_json=as_json).answer(found.model_dump(mode="json"), listed(found))

    perform(show)


@app.command()
def end(
    context: typer.Context,
    override: Annotated[str, typer.Argument(metavar="ID", help="its id, as `list` shows it")],
    *,
    actor: By = None,
    as_json: AsJson = False,
) -> None:
    """End an override: who takes turns is on call again."""
    by = actor_name(actor)

    async def finish(engine: "Engine") -> None:
        ended = await engine.end_override(override, by)
        document = ended.model_dump(mode="json")
        Output.of(context, as_json=as_json).answer(document, kept(ended))

    perform(finish)


def _instant(text: str, now: datetime) -> datetime:
    """An instant as somebody typed it. Raises `Failure` (usage)."""
    at = parse_instant(text, now)
    if at.tzinfo is None:
        raise usage(f"{text!r} has no time zone")
    return at
