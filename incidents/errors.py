"""Why an incident did not do what it was asked: one type for each case that a caller can tell."""

from typing import Any

from temporalio.exceptions import ApplicationError

from models.command import CommandResult


class IncidentNotFound(Exception):  # noqa: N818 - says what is
    """The server knows no run of an incident with this id."""

    def __init__(self, incident_id: str) -> None:
        super().__init__(f"there is no incident {incident_id}")
        self.incident_id = incident_id


class IncidentOver(Exception):  # noqa: N818 - says what is
    """The run of the incident has ended. `state` is the last one that it showed, if known.

    `done` is what the command did before the end, if the incident remembers that it did it.
    """

    def __init__(
        self, incident_id: str, state: str | None, done: CommandResult | None = None
    ) -> None:
        super().__init__(f"{incident_id} is {state or 'over'}")
        self.incident_id = incident_id
        self.state = state
        self.done = done


class CannotReopen(IncidentOver):
    """The incident has ended in a way that is final."""

    def __init__(self, incident_id: str, state: str) -> None:
        super().__init__(incident_id, state)
        self.args = (f"{incident_id} is {state}, which is final",)


class NotConfirmed(Exception):  # noqa: N818 - says what is
    """No worker answered in time. The server has the command, and a worker will apply it."""


class CommandRefused(Exception):  # noqa: N818 - says what is
    """The incident refused the command, and is as it was.

    `kind` is the kind of the refusal; `missing`, `possible` and `may` are what it said of itself.
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


def _texts(details: dict[str, Any], name: str) -> tuple[str, ...]:
    value = details.get(name)
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
