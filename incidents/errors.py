"""Why an incident did not do, or did not answer, something: one type for each case."""

from datetime import timedelta
from typing import Any

from temporalio.client import RPCError
from temporalio.exceptions import ApplicationError

from models.answers.description import Description
from models.command import CommandResult
from rules.record.decision import Refusal


class IncidentError(Exception):
    """Every way in must handle this. An RPCError that is none of these passes unchanged."""


class ServerUnavailable(IncidentError):
    """The server did not answer: nobody knows whether it accepted the request."""

    def __init__(self, error: RPCError) -> None:
        super().__init__(f"the Temporal server does not answer: {error.message}")
        self.error = error
        self.message = error.message


class NamespaceNotFound(IncidentError):
    """The server has no such namespace."""

    def __init__(self, namespace: str) -> None:
        super().__init__(f"the Temporal server has no namespace {namespace}")
        self.namespace = namespace


class PayloadUnreadable(IncidentError):
    """What Temporal stores cannot be decrypted here. The message names the key, never shows it.

    It is no failure of Temporal's own kind: in a worker it fails the task, which Temporal tries
    again, and never the workflow.
    """


class NotInPolicy(IncidentError):
    """The policy in force does not have what was named; the message says what it has instead.

    `field` is where the name stood.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class IncidentNotFound(IncidentError):
    """The server knows no run of an incident with this id."""

    def __init__(self, incident_id: str) -> None:
        super().__init__(f"there is no incident {incident_id}")
        self.incident_id = incident_id


class ReportRefused(IncidentError):
    """The report cannot begin an incident, and nothing was started.

    `kind` is the kind of the refusal, `flaws` pairs each wrong field with its problem, `may` lists
    who may report.
    """

    def __init__(self, refusal: Refusal, flaws: tuple[tuple[str, str], ...]) -> None:
        super().__init__(refusal.message)
        self.kind = refusal.kind
        self.message = refusal.message
        self.flaws = flaws or tuple((name, refusal.message) for name in refusal.missing)
        self.may = refusal.may


class IncidentOver(IncidentError):
    """The run of the incident has ended; `found` is what the server knows about it.

    `state` is its last visible state, if known. `done` is the result of the command, if the
    incident did it before the end and still remembers it.
    """

    def __init__(
        self, found: Description, *, state: str | None = None, done: CommandResult | None = None
    ) -> None:
        self.incident_id = found.incident_id
        self.found = found
        self.state = state or found.state
        self.done = done
        super().__init__(f"{self.incident_id} is {self.state or 'over'}")


class CannotReopen(IncidentOver):
    """The incident has ended for good."""

    def __init__(self, found: Description, state: str) -> None:
        super().__init__(found, state=state)
        self.args = (f"{self.incident_id} is {state}, which is final",)


class NotConfirmed(IncidentError):
    """No worker answered in time. The server has the command, and a worker will apply it."""

    def __init__(self, incident_id: str) -> None:
        super().__init__(f"no worker confirmed the command for {incident_id} in time")
        self.incident_id = incident_id


class NoWorkerAnswered(IncidentError):
    """No worker answered a question within `patience`.

    `asked` is the workflow. If it is an incident, `found` is what the server knows about it.
    """

    def __init__(self, asked: str, patience: timedelta, found: Description | None = None) -> None:
        super().__init__(f"no worker answered for {asked} within {patience.total_seconds():g} s")
        self.asked = asked
        self.patience = patience
        self.found = found


class QuestionFailed(IncidentError):
    """A worker could not answer a question; the message says why."""

    def __init__(self, incident_id: str, why: str) -> None:
        super().__init__(f"{incident_id} does not answer: {why}")
        self.incident_id = incident_id


class NotInTime(IncidentError):
    """The awaited event did not come within `patience`."""

    def __init__(self, what: str, patience: timedelta) -> None:
        super().__init__(
            f"timed out after {patience.total_seconds():g} s while waiting until {what}"
        )
        self.patience = patience


def by_an_incident(error: ApplicationError) -> bool:
    """Whether an incident refused a command: its refusals say of which kind they are."""
    first = error.details[0] if error.details else None
    return isinstance(first, dict) and "refusal" in first


class CommandRefused(IncidentError):
    """The incident refused the command and did not change.

    `kind` is the kind of the refusal; `missing`, `possible` and `may` come from the refusal.
    """

    def __init__(self, error: ApplicationError) -> None:
        super().__init__(error.message)
        first = error.details[0] if error.details else None
        details = first if isinstance(first, dict) else {}
        state = details.get("state")
        self.kind = str(details.get("refusal") or error.type or "Refused")
        self.message = str(details.get("message") or error.message)
        self.state = str(state) if state else None
        self.missing = _texts(details, "missing")
        self.possible = _texts(details, "possible")
        self.may = _texts(details, "may")


class OverrideRefused(IncidentError):
    """The override cannot be made or ended; the message says why.

    `kind` is Malformed if `field` is wrong, NotAuthorised with who `may`, else Refused.
    """

    def __init__(
        self, message: str, kind: str = "Refused", field: str = "", may: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.field = field
        self.may = may


def _texts(details: dict[str, Any], name: str) -> tuple[str, ...]:
    value = details.get(name)
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
