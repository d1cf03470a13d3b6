"""The refusals of a rehearsal: reports, alerts and commands that were not accepted."""

from incidents.errors import CannotReopen, CommandRefused, IncidentNotFound, IncidentOver


class NotTaken(Exception):  # noqa: N818 - says what is
    """A report, an alert or a command was refused; `missing` says what it lacked."""

    def __init__(self, because: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(because)
        self.because = because
        self.missing = missing


def refusal_of(error: BaseException) -> NotTaken | None:
    """Why an incident refused a command; None if the error is of another kind."""
    match error:
        case CommandRefused():
            return NotTaken(error.message, error.missing)
        case CannotReopen() | IncidentNotFound():
            return NotTaken(str(error))
        case IncidentOver():
            return NotTaken("the incident is over, and its clocks have ended")
        case _:
            return None
