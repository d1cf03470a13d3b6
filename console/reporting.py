"""`report`: start an incident by hand, under the policy in force."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.service import RPCError

from activities.earlier import reported_yesterday
from activities.keep_policy import have_policy_kept
from activities.opening import open_incident
from console.commands import DEFAULT_TIMEOUT, AsJson, Timeout
from console.errors import failure_of, malformed
from console.failures import ExitCode, Failure, usage
from console.output import Output, line
from console.policy_file import compiled_policy, read_policy
from console.running import actor_name, perform
from console.times import FORMS, parse_instant
from models.base import Actor
from models.incident import Report
from models.intake import IntakeRules
from rules.identity import incident_id
from rules.reporting import may_report, missing_information, untimely
from runtime.settings import load_settings

PANEL = "Report"
TYPED = {"affected_systems": "--affected"}
Title = Annotated[str, typer.Option("--title", help="what is wrong, in a line")]
Nature = Annotated[str, typer.Option("--nature", help="what is known of it")]
Affected = Annotated[
    list[str] | None, typer.Option("--affected", help="an affected system; repeat for more")
]
Severity = Annotated[str | None, typer.Option("--severity", help="as first judged, such as SEV2")]
Service = Annotated[str | None, typer.Option("--service", help="the service of the policy")]
Reporter = Annotated[
    str | None,
    typer.Option(
        "--reporter", "--actor", help="who reports; else INCIDENT_ACTOR, else your login name"
    ),
]
HappenedAt = Annotated[str | None, typer.Option("--happened-at", help=f"when it began, {FORMS}")]
CommandId = Annotated[
    str | None, typer.Option("--command-id", help="repeat with the same id: one incident")
]


def checked(report: Report, rules: IntakeRules) -> Report:
    """The report, if the policy takes it. Raises `Failure`: refused, or not authorised."""
    if report.severity is not None and report.severity not in rules.severity.severities:
        known = ", ".join(rules.severity.severities)
        raise usage(f"--severity: the policy has no {report.severity!r}; it has: {known}")
    if not may_report(report.reporter, rules.reporting):
        raise Failure(
            "NotAuthorised",
            f"the policy does not let {report.reporter.name} report on the command line",
            ExitCode.NOT_AUTHORISED,
            may=rules.reporting.who,
        )
    missing = missing_information(report, rules.reporting.required)
    if missing:
        typed = [TYPED.get(name, f"--{name}") for name in missing]
        raise Failure(
            "Refused",
            "the policy asks for more in a report",
            ExitCode.REFUSED,
            missing=tuple(typed),
        )
    return report


def intake_rules() -> IntakeRules:
    """What the policy in force says of reports. Raises PolicyBroken."""
    from policies.compile import compile_intake  # noqa: PLC0415 - most commands need no policy

    return compile_intake(read_policy(load_settings().policy_file).policy)


def report(
    context: typer.Context,
    *,
    title: Title,
    nature: Nature = "",
    affected: Affected = None,
    severity: Severity = None,
    service: Service = None,
    reporter: Reporter = None,
    happened_at: HappenedAt = None,
    command_id: CommandId = None,
    timeout: Timeout = DEFAULT_TIMEOUT,
    as_json: AsJson = False,
) -> None:
    """Report an incident: start it under the policy in force, and print its id."""
    now = datetime.now(UTC)
    began = parse_instant(happened_at, now) if happened_at else None
    when = untimely(began, now)
    if when:
        raise usage(f"--happened-at {when}")
    try:
        told = Report(
            title=title,
            nature=nature,
            affected_systems=tuple(affected or ()),
            severity=severity,
            service=service,
            reporter=Actor(name=actor_name(reporter), via="console"),
            happened_at=began,
        )
    except ValidationError as error:
        raise malformed(error) from None
    checked(told, intake_rules())
    seed = command_id or str(uuid.uuid4())
    within = timedelta(seconds=timeout)
    answer = perform(lambda client: opened(client, told, seed, now, within))
    verb = "reported" if answer["started"] else "was reported before"
    human = line(f"{answer['incident']} {verb}: {title}")
    Output.of(context, as_json=as_json).answer(answer, human)


def _unsure(failure: Failure, seed: str) -> Failure:
    """A server that did not answer in time may have taken the report all the same."""
    if failure.code is ExitCode.NOT_REACHABLE:
        again = f"the same report again with --command-id {seed} is safe: it counts once"
        failure.hints = (*failure.hints, again)
        failure.facts["command_id"] = seed
    return failure


async def opened(
    client: Client, told: Report, seed: str, now: datetime, within: timedelta
) -> dict[str, Any]:
    """Open the incident and say what a script needs of it.

    Raises `Failure`; where the server did not answer `within` that time, with the command id.
    """
    settings = load_settings()
    policy = compiled_policy(settings.policy_file, told.service)
    try:
        known = await reported_yesterday(client, seed, now, rpc_timeout=within)
        name = known or incident_id(seed, now)
        started = known is None and await open_incident(
            client, policy, name, told, settings.task_queue, rpc_timeout=within
        )
    except RPCError as error:
        raise _unsure(failure_of(error), seed) from None
    if started:
        source = read_policy(settings.policy_file).source
        await have_policy_kept(client, source, settings.task_queue)
    return {
        "incident": name,
        "command_id": seed,
        "started": started,
        "severity": told.severity or policy.default_severity,
        "policy": f"{policy.name} {policy.version}",
    }


def register(app: typer.Typer) -> None:
    """Add `report`."""
    app.command("report", rich_help_panel=PANEL)(report)
