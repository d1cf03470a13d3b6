"""`adopt-policy`: shows what another policy does to an incident's clocks, then adopts it."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from console.engine.protocol import Engine, Previewed
from console.incidents.commands import answer
from console.incidents.sending import send
from console.policies.file import a_file
from console.terminal.arguments import DEFAULT_TIMEOUT, AsJson, IncidentId, Timeout
from console.terminal.failure import ExitCode, Failure, usage
from console.terminal.output import Output, line
from console.terminal.running import actor_name, perform
from incidents.command_ids import new_command_id
from incidents.commands import Order
from models.answers.adoption import AdoptionPreview
from models.command import AdoptPolicyCommand
from models.way_in import WayIn
from rules.commands.changes.adoption import shift_words

ADOPT = "adopt_policy"

File = Annotated[Path, typer.Argument(metavar="POLICY", help="a policy file", parser=a_file)]
Yes = Annotated[bool, typer.Option("--yes", help="adopt it without asking")]
Preview = Annotated[bool, typer.Option("--preview", help="only show what it would do")]
Who = Annotated[
    str | None,
    typer.Option("--actor", help="who acts; default: INCIDENT_ACTOR, then your login name"),
]
Note = Annotated[str, typer.Option("--note", help="why, for the timeline")]
CommandId = Annotated[
    str | None, typer.Option("--command-id", help="an id of your own; a repeated id counts once")
]


async def _told(engine: Engine, incident: str, file: Path, patience: timedelta) -> Previewed:
    told = await engine.preview(incident, file, patience)
    if told.preview.refusal:
        raise Failure("Refused", told.preview.refusal, ExitCode.REFUSED)
    return told


def _words(preview: AdoptionPreview) -> Group:
    name = f"{preview.policy_name} {preview.policy_version}"
    lines = [line(f"under {name}:", "bold")]
    lines += [line(f"  {shift_words(shift)}") for shift in preview.shifts]
    if not preview.shifts:
        lines.append(line("  no clock changes"))
    lines += [line(f"  at once: {name}", "yellow") for name in preview.fires_at_once]
    ends = (*preview.lose_roles, *preview.offers_end)
    lines += [line(f"  {words}", "yellow") for words in ends]
    return Group(*lines)


def _agreed(*, yes: bool, as_json: bool) -> None:
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        message = "the adoption needs your confirmation"
        raise usage(message, "--yes adopts it, --preview only shows what it would do")
    typer.confirm("Adopt it?", abort=True)


def adopt_policy(
    context: typer.Context,
    incident: IncidentId,
    policy: File,
    *,
    yes: Yes = False,
    preview: Preview = False,
    actor: Who = None,
    note: Note = "",
    command_id: CommandId = None,
    timeout: Timeout = DEFAULT_TIMEOUT,
    as_json: AsJson = False,
) -> None:
    """Continue an incident under another policy, after showing what that does to the clocks."""
    output = Output.of(context, as_json=as_json)
    patience = timedelta(seconds=timeout)
    given_by = actor_name(actor)
    told = perform(lambda engine: _told(engine, incident, policy, patience))
    if preview:
        output.answer(told.preview.model_dump(mode="json"), _words(told.preview))
        return
    output.say(_words(told.preview))
    _agreed(yes=yes, as_json=output.as_json)
    command = AdoptPolicyCommand(
        actor=given_by,
        via=WayIn.COMMAND_LINE.value,
        note=note,
        command_id=command_id or new_command_id(),
        policy_hash=told.policy_hash,
        policy_name=told.policy_name,
        policy_version=told.policy_version,
    )
    order = Order(incident, ADOPT, command.model_dump(mode="json"), str(command.command_id))

    output.answer(*answer(order, perform(lambda engine: send(engine, order, patience))))
