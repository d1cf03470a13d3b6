"""Every exception as a failure that a person and a script can use."""

from dataclasses import asdict
from datetime import timedelta

from pydantic import ValidationError
from temporalio.client import RPCError
from temporalio.service import RPCStatusCode

from console.terminal.failures import ExitCode, Failure, unknown_incident
from incidents.errors import CommandRefused
from runtime.client import ServerNotReachable, unknown_namespace
from runtime.settings import SettingsBroken

AWAY = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
NO_ANSWER = {*AWAY, RPCStatusCode.FAILED_PRECONDITION}
"""What a query ends with where no worker answers it."""
_REFUSALS = {
    "NotAuthorised": ExitCode.NOT_AUTHORISED,
    "Malformed": ExitCode.USAGE,
    "TransitionNotAllowed": ExitCode.REFUSED,
    "Refused": ExitCode.REFUSED,
    "NeedsApproval": ExitCode.REFUSED,
}


def not_reachable(why: str) -> Failure:
    """The server does not answer."""
    return Failure(
        "ServerNotReachable",
        f"the Temporal server is not reachable: {why[:300]}",
        ExitCode.NOT_REACHABLE,
        hints=(
            "make dev starts a server of its own",
            "TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, or a TEMPORAL_PROFILE, name another",
        ),
    )


def not_found(error: RPCError, incident_id: str) -> Failure:
    """The server has no such incident, or not even the namespace that it would be in."""
    return _no_namespace(error) or unknown_incident(incident_id)


def _no_namespace(error: RPCError) -> Failure | None:
    name = unknown_namespace(error)
    if name is None:
        return None
    return Failure(
        "UnknownNamespace",
        f"the Temporal server has no namespace {name}",
        ExitCode.USAGE,
        hints=("TEMPORAL_NAMESPACE, or a TEMPORAL_PROFILE, names another",),
        facts={"namespace": name},
    )


def refusal(refused: CommandRefused, incident_id: str) -> Failure:
    """What an incident answered when it refused a command."""
    code = _REFUSALS.get(refused.kind, ExitCode.UNEXPECTED)
    facts = {"incident": incident_id}
    if code is ExitCode.UNEXPECTED:
        return Failure(refused.kind, refused.message, code, facts=facts)
    return Failure(
        refused.kind,
        refused.message,
        code,
        state=refused.state,
        missing=refused.missing,
        possible=refused.possible,
        may=refused.may,
        hints=(f"python starter.py show {incident_id}",) if code is not ExitCode.USAGE else (),
        facts=facts,
    )


def no_worker(
    of: str, patience: timedelta, *, knows: str = "", state: str | None = None, **facts: object
) -> Failure:
    """Nobody answered for a workflow; `knows` says what the server knows all the same."""
    return Failure(
        "NoWorker",
        f"no worker answered for {of} within {patience.total_seconds():g} s{knows}",
        ExitCode.NOT_CONFIRMED,
        state=state,
        hints=("python worker.py starts a worker",),
        facts=facts,
    )


def _of_rpc(error: RPCError) -> Failure:
    if error.status in AWAY:
        return not_reachable(error.message)
    if error.status in {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED}:
        message = f"the Temporal server lets us not in: {error.message}"
        return Failure("NotAuthorised", message, ExitCode.NOT_AUTHORISED)
    if error.status is RPCStatusCode.FAILED_PRECONDITION:
        message = f"no worker has taken up this incident yet: {error.message}"
        return Failure("NoWorker", message, ExitCode.NOT_CONFIRMED, hints=("python worker.py",))
    unexpected = Failure("TemporalError", error.message, ExitCode.UNEXPECTED)
    return _no_namespace(error) or unexpected


def malformed(error: ValidationError) -> Failure:
    """What was typed is not what a model takes."""
    problems = [
        f"{'.'.join(str(part) for part in item['loc']) or 'value'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return Failure("Usage", "; ".join(problems), ExitCode.USAGE)


def failure_of(error: BaseException) -> Failure:
    """The failure that an exception amounts to; never raises."""
    match error:
        case Failure():
            return error
        case ServerNotReachable():
            return not_reachable(f"{error.address}: {error.why}")
        case SettingsBroken():
            return Failure("SettingsBroken", f"the settings are broken: {error}", ExitCode.USAGE)
        case RPCError():
            return _of_rpc(error)
        case KeyboardInterrupt():
            return Failure("Interrupted", "interrupted", ExitCode.INTERRUPTED)
        case _:
            return _of_policy(error) or _unexpected(error)


def _unexpected(error: BaseException) -> Failure:
    message = f"{type(error).__name__}: {error}".removesuffix(": ")
    return Failure("Unexpected", message, ExitCode.UNEXPECTED)


def _of_policy(error: BaseException) -> Failure | None:
    """What is wrong with a policy file, if that is what is wrong."""
    from policies.catalogue import PolicyBroken  # noqa: PLC0415 - only where something broke
    from policies.compile import PolicyTooLarge  # noqa: PLC0415 - as above

    if isinstance(error, PolicyBroken):
        problems = [asdict(problem) for problem in error.problems]
        message = f"the policy file has errors\n{error}"
        return Failure("PolicyBroken", message, ExitCode.UNEXPECTED, facts={"problems": problems})
    if isinstance(error, PolicyTooLarge):
        return Failure("PolicyTooLarge", str(error), ExitCode.UNEXPECTED)
    return None
