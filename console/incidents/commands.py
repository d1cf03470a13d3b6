"""Generates one console command for each command of the table."""

import inspect
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Group

from console.engine.protocol import Engine
from console.incidents.implausible import implausible
from console.incidents.options import Field, fields_of, value_of
from console.incidents.related_incident import look_for_other
from console.incidents.sending import send
from console.terminal.arguments import DEFAULT_TIMEOUT, AsJson, IncidentId, Timeout
from console.terminal.failure import Failure, usage
from console.terminal.output import Output, line
from console.terminal.running import actor_name, perform
from console.terminal.times import PAST, parse_instant
from console.terminal.zone import moment
from incidents.command_ids import new_command_id
from incidents.commands import Order
from models.command import CommandResult, CommandSpec
from models.command_fields import FieldKind, needs_happened_at
from models.payload import Command
from models.way_in import WayIn
from rules.commands.judging.validity import BLANK, flaws


def _parameter(
    name: str,
    annotation: Any,
    default: object = inspect.Parameter.empty,
) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


def _own(field: Field) -> inspect.Parameter:
    many = field.kind in {FieldKind.MANY, FieldKind.PAIRS}
    kind: Any = list[str] if many else str
    if field.positional:
        info: Any = typer.Argument(metavar=field.name.upper(), help=field.says)
    else:
        metavar = "NAME=VALUE" if field.kind is FieldKind.PAIRS else None
        info = typer.Option(field.flag, help=field.says, metavar=metavar)
    if field.kind is FieldKind.FLAG:
        return _parameter(field.name, Annotated[bool, info], default=False)
    if field.required:
        return _parameter(field.name, Annotated[kind, info])
    if many:
        return _parameter(field.name, Annotated[kind | None, info], None)
    return _parameter(field.name, Annotated[kind | None, info], field.default)


def _common(spec: CommandSpec) -> list[inspect.Parameter]:
    happened = typer.Option("--happened-at", help=f"when it happened, {PAST}; never in the future")
    actor = typer.Option("--actor", help="who acts; default: INCIDENT_ACTOR, then your login name")
    note = typer.Option("--note", help="why, for the timeline; some policies ask for it")
    override = typer.Option("--override", help="a reason to do it even if the policy refuses")
    command_id = typer.Option("--command-id", help="an id of your own; a repeated id counts once")
    at = (
        _parameter("happened_at", Annotated[str, happened])
        if needs_happened_at(spec)
        else _parameter("happened_at", Annotated[str | None, happened], None)
    )
    return [
        at,
        _parameter("actor", Annotated[str | None, actor], None),
        _parameter("note", Annotated[str, note], ""),
        _parameter("override", Annotated[str | None, override], None),
        _parameter("command_id", Annotated[str | None, command_id], None),
        _parameter("timeout", Timeout, DEFAULT_TIMEOUT),
        _parameter("as_json", AsJson, default=False),
    ]


def signature_of(spec: CommandSpec) -> inspect.Signature:
    """The signature of a console command, from the schema of its payload."""
    own = [_own(field) for field in fields_of(spec)]
    incident = _parameter("incident", IncidentId)
    context = _parameter("context", typer.Context)
    return inspect.Signature([context, incident, *own, *_common(spec)])


def _problems(wrong: Iterable[tuple[str, str]], spec: CommandSpec) -> Failure:
    typed = {field.name: field.typed for field in fields_of(spec)}
    return usage(
        "; ".join(
            f"{typed.get(field, '--' + field.replace('_', '-'))}: {problem}"
            for field, problem in wrong
        )
    )


def _misfits(error: ValidationError) -> Iterator[tuple[str, str]]:
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        yield str(item["loc"][0]) if item["loc"] else "payload", item["msg"]


def command_of(spec: CommandSpec, values: dict[str, Any], now: datetime) -> Command:
    """Build the command from the typed values. Raises `Failure` (usage)."""
    payload = {
        "actor": actor_name(values["actor"]),
        "via": WayIn.COMMAND_LINE.value,
        "command_id": values["command_id"] or new_command_id(),
        "sent_at": now,
        "note": values["note"],
        "override": values["override"] or "",
    }
    if values["override"] == "":
        raise _problems([("override", BLANK)], spec)
    if values["happened_at"] is not None:
        payload["happened_at"] = parse_instant(values["happened_at"], now, PAST)
    for field in fields_of(spec):
        if values[field.name] not in (None, False):
            payload[field.name] = value_of(field, values[field.name], now)
    try:
        command: Command = spec.payload.model_validate(payload)
    except ValidationError as error:
        raise _problems(_misfits(error), spec) from None
    wrong = (*flaws(command, values["incident"]), *implausible(command, now))
    if wrong:
        raise _problems(((field.partition(".")[0], said) for field, said in wrong), spec)
    return command


def answer(order: Order, result: CommandResult) -> tuple[dict[str, Any], Group]:
    """The result of a command, as a document and in words."""
    document = {
        "incident": order.incident_id,
        "command_id": order.command_id,
        **result.model_dump(mode="json"),
    }
    held = ", on hold" if result.on_hold else ""
    lines = [
        line(f"{order.incident_id}: {result.summary}"),
        line(f"  now {result.state}, {result.severity}{held}", "dim"),
    ]
    lines += [line(f"  {name} until {moment(at)}", "dim") for name, at in result.deadlines.items()]
    lines += [line(f"  doubtful: {doubt}", "yellow") for doubt in result.doubts]
    return document, Group(*lines)


def command_for(spec: CommandSpec) -> Any:
    """The function that typer makes a command of."""

    def command(**values: Any) -> None:
        output = Output.of(values["context"], as_json=values["as_json"])
        told = command_of(spec, values, datetime.now(UTC))
        payload = told.model_dump(mode="json")
        order = Order(
            incident_id=values["incident"],
            name=spec.name,
            payload=payload,
            command_id=str(payload["command_id"]),
        )

        patience = timedelta(seconds=values["timeout"])

        async def work(engine: Engine) -> tuple[CommandResult, str]:
            aside = await look_for_other(engine, told)
            return await send(engine, order, patience), aside

        result, aside = perform(work)
        output.answer(*answer(order, result))
        if aside:
            output.say(line(aside))

    generated: Any = command
    generated.__signature__ = signature_of(spec)
    generated.__name__ = spec.name
    generated.__doc__ = spec.says[0].upper() + spec.says[1:] + "."
    return generated
