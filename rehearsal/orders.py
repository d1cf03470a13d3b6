"""What a scenario has people do, and what was not taken of it."""

from dataclasses import dataclass
from typing import Any

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError


class NotTaken(Exception):  # noqa: N818 - says what is
    """A report, an alert or a command was refused; `missing` is what would have been needed."""

    def __init__(self, because: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(because)
        self.because = because
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Order:
    """A command to the incident of the id `named`."""

    named: str
    command: str
    payload: dict[str, Any]


def refusal_of(error: WorkflowUpdateFailedError) -> NotTaken:
    """What an incident said to a command that it refused."""
    cause = error.cause
    details = cause.details[0] if isinstance(cause, ApplicationError) and cause.details else {}
    missing = details.get("missing", ()) if isinstance(details, dict) else ()
    return NotTaken(str(getattr(cause, "message", cause)), tuple(str(item) for item in missing))
