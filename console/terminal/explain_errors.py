"""Turns every exception into a failure for people and scripts."""

from dataclasses import asdict

from pydantic import ValidationError
from temporalio.client import RPCError
from temporalio.service import RPCStatusCode

from console.terminal.ended import ended_from_outside, ending_words
from console.terminal.failure import ExitCode, Failure, interrupted, unknown_incident, usage
from incidents.access.changing import TokenRefused
from incidents.errors import (
    CommandRefused,
    IncidentError,
    IncidentNotFound,
    IncidentOver,
    NamespaceNotFound,
    NotInPolicy,
    NoWorkerAnswered,
    OverrideRefused,
    PayloadUnreadable,
    QuestionFailed,
    ReportRefused,
    ServerUnavailable,
)
from incidents.temporal_errors import typed_error
from models.access import ACCESS_ID
from models.people.schedule_overrides import OVERRIDES_ID
from runtime.client import ServerNotReachable
from runtime.settings import SettingsBroken

_REFUSALS = {
    "NotAuthorised": ExitCode.NOT_AUTHORISED,
    "Malformed": ExitCode.USAGE,
    "TransitionNotAllowed": ExitCode.REFUSED,
    "Refused": ExitCode.REFUSED,
    "NeedsApproval": ExitCode.REFUSED,
}


def not_reachable(why: str) -> Failure:
    """The failure if the server does not answer."""
    return Failure(
        "ServerNotReachable",
        f"the Temporal server is not reachable: {why[:300]}",
        ExitCode.NOT_REACHABLE,
        hints=(
            "make dev starts a server",
            "set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, or TEMPORAL_PROFILE, for another server",
        ),
    )


def _no_namespace(name: str) -> Failure:
    return Failure(
        "UnknownNamespace",
        f"the Temporal server has no namespace {name}",
        ExitCode.USAGE,
        hints=("set TEMPORAL_NAMESPACE, or TEMPORAL_PROFILE, for another namespace",),
        facts={"namespace": name},
    )


def refusal(refused: CommandRefused, incident_id: str) -> Failure:
    """The failure if an incident refused a command."""
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


def _unanswered(error: QuestionFailed | PayloadUnreadable) -> Failure:
    """The failure if a worker could not answer, or its answer cannot be decrypted here."""
    if isinstance(error, QuestionFailed):
        return Failure("NoAnswer", str(error), ExitCode.UNEXPECTED)
    hint = "use the keys of the workers: docs/operations.md explains them under 'Encryption'"
    return Failure("PayloadUnreadable", str(error), ExitCode.UNEXPECTED, hints=(hint,))


_ASKED = {ACCESS_ID: "workflow", OVERRIDES_ID: "workflow"}
"""What is asked and is neither an incident nor a workload."""


def _no_worker(error: NoWorkerAnswered) -> Failure:
    """The failure if no worker answered, with what the server knows about the incident."""
    known = error.found
    knows = [f"it is in state {known.state}"] if known and known.state else []
    knows += [f"its run was {ending_words(known.ending)}"] if known and known.ending else []
    told = f"; the server knows that {', and that '.join(knows)}" if knows else ""
    return Failure(
        "NoWorker",
        f"{error}{told}",
        ExitCode.NOT_CONFIRMED,
        state=known.state if known else None,
        hints=("python worker.py starts a worker",),
        facts={_ASKED.get(error.asked, "incident" if known else "workload"): error.asked},
    )


def _of_incident(error: IncidentError) -> Failure:
    match error:
        case IncidentNotFound(incident_id=incident_id):
            return unknown_incident(incident_id)
        case NamespaceNotFound(namespace=namespace):
            return _no_namespace(namespace)
        case ReportRefused() | TokenRefused() | OverrideRefused():
            may = () if isinstance(error, TokenRefused) else error.may
            code = _REFUSALS.get(error.kind, ExitCode.UNEXPECTED)
            return Failure(error.kind, error.message, code, may=may)
        case ServerUnavailable(message=message):
            return not_reachable(message)
        case NoWorkerAnswered():
            return _no_worker(error)
        case IncidentOver(found=found):
            ended = ended_from_outside(found)
            return ended or Failure("Refused", str(error), ExitCode.REFUSED, state=error.state)
        case QuestionFailed() | PayloadUnreadable():
            return _unanswered(error)
        case _:
            return usage(error.message) if isinstance(error, NotInPolicy) else _unexpected(error)


def _of_rpc(error: RPCError) -> Failure:
    known = typed_error(error)
    if isinstance(known, IncidentError):
        return _of_incident(known)
    if error.status in {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED}:
        message = f"the Temporal server refused this login: {error.message}"
        return Failure("NotAuthorised", message, ExitCode.NOT_AUTHORISED)
    if error.status is RPCStatusCode.FAILED_PRECONDITION:
        message = f"no worker has started this incident yet: {error.message}"
        return Failure("NoWorker", message, ExitCode.NOT_CONFIRMED, hints=("python worker.py",))
    return Failure("TemporalError", error.message, ExitCode.UNEXPECTED)


def malformed(error: ValidationError) -> Failure:
    """The failure if what was typed does not fit a model."""
    problems = [
        f"{'.'.join(str(part) for part in item['loc']) or 'value'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return Failure("Usage", "; ".join(problems), ExitCode.USAGE)


def failure_of(error: BaseException) -> Failure:
    """The failure for an exception; it never raises."""
    match error:
        case Failure():
            return error
        case ServerNotReachable():
            return not_reachable(f"{error.address}: {error.why}")
        case SettingsBroken():
            return Failure("SettingsBroken", f"the settings are broken: {error}", ExitCode.USAGE)
        case IncidentError():
            return _of_incident(error)
        case RPCError():
            return _of_rpc(error)
        case KeyboardInterrupt():
            return interrupted()
        case _:
            return _of_policy(error) or _unexpected(error)


def _unexpected(error: BaseException) -> Failure:
    message = f"{type(error).__name__}: {error}".removesuffix(": ")
    return Failure("Unexpected", message, ExitCode.UNEXPECTED)


def _of_policy(error: BaseException) -> Failure | None:
    """The failure for an error of a policy file; None for any other error."""
    from policies.catalogue import PolicyBroken  # noqa: PLC0415 - only where something broke
    from policies.compiling.policy import PolicyTooLarge  # noqa: PLC0415 - as above

    if isinstance(error, PolicyBroken):
        problems = [asdict(problem) for problem in error.problems]
        message = f"the policy file has errors\n{error}"
        return Failure("PolicyBroken", message, ExitCode.UNEXPECTED, facts={"problems": problems})
    if isinstance(error, PolicyTooLarge):
        return Failure("PolicyTooLarge", str(error), ExitCode.UNEXPECTED)
    return None
