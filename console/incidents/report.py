"""`report`: starts an incident by hand, under the policy in force."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Group
from rich.text import Text

from console.engine.protocol import Engine
from console.incidents.options import pairs
from console.policies.file import compiled_policy
from console.terminal.arguments import DEFAULT_TIMEOUT, AsJson, Timeout
from console.terminal.explain_errors import failure_of, malformed
from console.terminal.failure import ExitCode, Failure, usage
from console.terminal.output import Output, line
from console.terminal.running import actor_name, perform
from console.terminal.times import PAST, parse_instant
from incidents.command_ids import new_command_id
from incidents.errors import ServerUnavailable
from models.answers.report_preview import JudgedPreview
from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import Report
from models.way_in import WayIn
from rules.commands.beginning.report_rules import refusal_of_report, wrong_start
from rules.wording.report_previews import effects_of
from runtime.settings import load_settings

TYPED = {"affected_systems": "--affected"}
Title = Annotated[str, typer.Option("--title", help="what is wrong, in one line")]
Nature = Annotated[str, typer.Option("--nature", help="what is known about it")]
Affected = Annotated[
    list[str] | None, typer.Option("--affected", help="an affected system; repeat for more")
]
Severity = Annotated[
    str | None, typer.Option("--severity", help="your first judgement, such as SEV2")
]
Service = Annotated[str | None, typer.Option("--service", help="the service of the policy")]
Attributes = Annotated[
    list[str] | None,
    typer.Option(
        "--attribute",
        metavar="NAME=VALUE",
        help="an attribute of the policy, such as impact=team; repeat for more",
    ),
]
Reporter = Annotated[
    str | None,
    typer.Option(
        "--reporter", "--actor", help="who reports; default: INCIDENT_ACTOR, then your login name"
    ),
]
HappenedAt = Annotated[str | None, typer.Option("--happened-at", help=f"when it began, {PAST}")]
CommandId = Annotated[
    str | None,
    typer.Option("--command-id", help="an id of your own; a repeated id finds the same incident"),
]

Preview = Annotated[
    bool, typer.Option("--preview", help="only say what the report would do, and what it lacks")
]


def checked(report: Report, policy: CompiledPolicy) -> Report:
    """The report, if the policy accepts it. Raises `Failure`: refused, or not authorised."""
    refusal = refusal_of_report(report, policy)
    if refusal is None:
        return report
    if refusal.kind != "NotAuthorised" and not refusal.missing:
        raise usage(refusal.message)
    allowed = refusal.kind != "NotAuthorised"
    raise Failure(
        refusal.kind,
        refusal.message,
        ExitCode.REFUSED if allowed else ExitCode.NOT_AUTHORISED,
        missing=tuple(_typed(name, policy) for name in refusal.missing),
        may=refusal.may,
    )


def _typed(name: str, policy: CompiledPolicy) -> str:
    """The option that gives a piece of information."""
    if name in policy.attributes:
        return f"--attribute {name}={'|'.join(policy.attributes[name]) or '...'}"
    return TYPED.get(name, f"--{name}")


def _began(typed: str | None, now: datetime) -> datetime | None:
    began = parse_instant(typed, now, PAST) if typed else None
    when = wrong_start(began, now)
    if when:
        raise usage(f"--happened-at {when}")
    return began


def report(
    context: typer.Context,
    *,
    title: Title,
    nature: Nature = "",
    affected: Affected = None,
    severity: Severity = None,
    service: Service = None,
    attribute: Attributes = None,
    reporter: Reporter = None,
    happened_at: HappenedAt = None,
    command_id: CommandId = None,
    preview: Preview = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    as_json: AsJson = False,
) -> None:
    """Report an incident: start it under the policy in force, and print its id."""
    now = datetime.now(UTC)
    try:
        told = Report(
            title=title,
            nature=nature,
            affected_systems=tuple(affected or ()),
            severity=severity,
            service=service,
            attributes=pairs("--attribute", attribute or []),
            reporter=Actor(name=actor_name(reporter), via=WayIn.COMMAND_LINE.value),
            happened_at=_began(happened_at, now),
        )
    except ValidationError as error:
        raise malformed(error) from None
    output = Output.of(context, as_json=as_json)
    if preview:
        _foresee(told, now, output)
    seed = command_id or new_command_id()
    _send(told, seed, now, timedelta(seconds=timeout), output)


def _send(told: Report, seed: str, now: datetime, within: timedelta, output: Output) -> None:
    settings = load_settings()
    if not settings.api_url:  # otherwise the web server has the policy
        checked(told, compiled_policy(settings.policy_file, told.service))
    answer = perform(lambda engine: opened(engine, told, seed, now, within))
    verb = "reported" if answer["started"] else "was reported before"
    output.answer(answer, line(f"{answer['incident']} {verb}: {told.title}"))


def _foresee(told: Report, now: datetime, output: Output) -> NoReturn:
    shown = perform(lambda engine: engine.preview_report(told, now))
    output.answer(shown.model_dump(mode="json"), Group(*_words(shown)))
    raise typer.Exit(ExitCode.OK if shown.accepted else ExitCode.UNEXPECTED)


def _words(shown: JudgedPreview) -> Iterator[Text]:
    """What a report would do, in words."""
    verdict = "this report can be sent" if shown.accepted else "this report would be refused"
    yield line(f"{verdict}, under {shown.policy}", "" if shown.accepted else "yellow")
    if shown.not_allowed:
        yield line(f"  {shown.not_allowed}; who may: {', '.join(shown.may)}", "yellow")
    for wrong in shown.fields:
        yield line(f"  {wrong.field} {wrong.problem}", "yellow")
    yield line(f"  Severity: {shown.severity}" + (f" ({shown.why})" if shown.why else ""))
    for what, whom in effects_of(shown):
        yield line(f"  {what}: {whom}")


def _unsure(failure: Failure, seed: str) -> Failure:
    """The failure if the server did not answer in time: it may still have taken the report."""
    again = f"the same report again with --command-id {seed} is safe: it counts once"
    failure.hints = (*failure.hints, again)
    failure.facts["command_id"] = seed
    return failure


async def opened(
    engine: Engine, told: Report, seed: str, now: datetime, within: timedelta
) -> dict[str, Any]:
    """Open the incident; returns the answer for a script.

    Raises `Failure`; if the server does not answer in time, the failure has the command id.
    """
    try:
        found = await engine.report(told, seed, now, within)
    except ServerUnavailable as error:
        raise _unsure(failure_of(error), seed) from None
    except Failure as failure:
        if failure.code is ExitCode.NOT_REACHABLE:
            raise _unsure(failure, seed) from None
        raise
    return {
        "incident": found.incident,
        "command_id": seed,
        "started": found.started,
        "severity": found.severity,
        "policy": found.policy,
    }
