"""Turns the errors of `incidents/` into refusals."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from incidents.errors import (
    CommandRefused,
    IncidentError,
    IncidentNotFound,
    IncidentOver,
    NoWorkerAnswered,
    PayloadUnreadable,
    QuestionFailed,
    ServerUnavailable,
)
from web.http.calling_temporal import UNREADABLE, reaching_temporal
from web.http.errors import Refused, unavailable

_STATUS = {
    "NotAuthorised": HTTPStatus.FORBIDDEN,
    "Malformed": HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""The status of a refused command by its kind; every other kind is a conflict with the state."""


def of_command(refused: CommandRefused, incident_id: str) -> Refused:
    """The refusal of a command by its incident."""
    facts: dict[str, Any] = {
        "incident": incident_id,
        "state": refused.state,
        "missing": list(refused.missing),
        "possible": list(refused.possible),
        "may": list(refused.may),
    }
    malformed = refused.kind == "Malformed"
    fields = [(name, refused.message) for name in refused.missing] if malformed else []
    status = _STATUS.get(refused.kind, HTTPStatus.CONFLICT)
    return Refused(
        status,
        refused.kind,
        refused.message,
        fields=fields,
        **{name: fact for name, fact in facts.items() if fact},
    )


def of_incident(error: IncidentError) -> Refused | None:
    """The refusal for an error; None for one that has no answer of its own."""
    match error:
        case IncidentNotFound(incident_id=incident_id):
            message = f"there is no incident {incident_id[:100]}"
            return Refused(HTTPStatus.NOT_FOUND, "UnknownIncident", message)
        case IncidentOver(incident_id=incident_id, state=state, found=found):
            known: dict[str, Any] = {"incident": incident_id, "state": state, "over": True}
            if found.ending:
                known["ended"] = {**asdict(found.ending), "at": found.ending.at.isoformat()}
            return Refused(HTTPStatus.CONFLICT, "Refused", str(error), **known)
        case NoWorkerAnswered() | QuestionFailed():
            return unavailable("NoWorker", str(error))
        case PayloadUnreadable():
            return unavailable(UNREADABLE, str(error))
        case ServerUnavailable():
            return unavailable("TemporalNotReachable", "Temporal does not answer")
        case _:
            return None


@asynccontextmanager
async def reaching_incidents(
    within: timedelta, known: Callable[[IncidentError], Refused | None] = of_incident
) -> AsyncIterator[None]:
    """Turn every failure to ask or command an incident into a refusal."""
    async with reaching_temporal(within):
        try:
            yield
        except IncidentError as error:
            refused = known(error)
            if refused is None:
                raise
            raise refused from None
