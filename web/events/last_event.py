"""From where somebody goes on: what a reader sends back, or asks for."""

from datetime import datetime
from http import HTTPStatus

from fastapi import Request
from pydantic import BaseModel, Field

from web.api.parameters import instant_in
from web.events.story import EventId, event_id
from web.http.errors import Refused

HEADER = "Last-Event-ID"
BOUND = 250
LAST_EVENT = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "the id of the last event that the reader got; it counts before `after`",
    "schema": {"type": "string", "maxLength": BOUND},
}


class EventsQuery(BaseModel):
    """Where the events begin; without it, now."""

    model_config = {"extra": "forbid"}

    after: str | None = Field(
        default=None,
        min_length=1,
        max_length=BOUND,
        description="the id of an event (of one incident also the number of a line; of all also "
        "an instant): the stream first sends what came after it; without it, only what comes from "
        "now on",
    )


def given(request: Request, asked: EventsQuery) -> str | None:
    """From where a reader goes on: the header comes again with each new connection."""
    return request.headers.get(HEADER, "")[:BOUND] or asked.after


def line_after(text: str | None, incident: str) -> int | None:
    """The number of a line of an incident, as `17` or `INC-.../17`. Raises Refused (422)."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < len(str(10**9)):
        return int(text)
    found = event_id(text)
    if found is None or found.incident != incident:
        raise _wrong(f"must be the number of a line, or an id such as {incident[:100]}/17")
    return found.seq


def event_after(text: str | None) -> EventId | datetime | None:
    """The id of an event, or an instant. Raises Refused (422)."""
    found = event_id(text) if text else None
    if found or not text:
        return found
    try:
        return instant_in(text)
    except ValueError as error:
        meant = "give the id of an event such as INC-.../17, or an instant with its zone"
        raise _wrong(f"{error}: {meant}") from None


def _wrong(problem: str) -> Refused:
    status, message = HTTPStatus.UNPROCESSABLE_ENTITY, f"after {problem}"
    return Refused(status, "Malformed", message, fields=[("after", problem)])
