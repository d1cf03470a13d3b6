"""Parameters that no search or workflow can take are refused with the field."""

from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from web.api.parameters import instant_in
from web.api.reading import ListQuery, WhyAsked
from web.events.last_event import event_after
from web.http.errors import Refused

EDGES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-02T00:00:00Z"]


@pytest.mark.parametrize("at", EDGES)
def test_an_instant_at_the_ends_of_the_calendar_is_malformed(at: str) -> None:
    """UTC cannot express it, or no incident lies there."""
    with pytest.raises(ValidationError) as refused:
        WhyAsked.model_validate({"at": at})
    assert [error["loc"] for error in refused.value.errors()] == [("at",)]
    assert WhyAsked.model_validate({"at": "2026-03-27T16:50:00Z"}).at is not None


@pytest.mark.parametrize("at", EDGES)
def test_events_after_an_instant_at_the_ends_of_the_calendar_are_malformed(at: str) -> None:
    """The header `Last-Event-ID` is read in the same way."""
    with pytest.raises(Refused) as refused:
        event_after(at)
    assert (refused.value.status, refused.value.kind) == (422, "Malformed")


@pytest.mark.parametrize("at", [*EDGES, "0001-01-01T00:00", "9999-12-31T23:59", "2201-06-01T00:00"])
def test_a_form_takes_no_instant_at_the_ends_of_the_calendar(at: str) -> None:
    """Local time of a schedule can leave the calendar, too."""
    with pytest.raises(ValueError, match="lies outside"):
        instant_in(at, ZoneInfo("Pacific/Auckland" if "0001" in at else "America/Los_Angeles"))


@pytest.mark.parametrize("field", ["person", "service", "manager", "severity"])
@pytest.mark.parametrize("text", ["\0", "a\nb", "\u202e", "a" * 201])
def test_a_text_that_nobody_can_read_is_malformed(field: str, text: str) -> None:
    """Temporal refuses a search with it."""
    with pytest.raises(ValidationError) as refused:
        ListQuery.model_validate({field: [text] if field == "severity" else text})
    assert refused.value.errors()[0]["loc"][0] == field


def test_readable_texts_are_taken() -> None:
    """Names have letters of any language."""
    asked = ListQuery.model_validate({"person": "José", "severity": ["SEV 1"]})
    assert (asked.person, asked.severity) == ("José", ["SEV 1"])
