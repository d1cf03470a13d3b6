"""Parameters that no search or workflow can take are refused with the field."""

import pytest
from pydantic import ValidationError

from web.api.reading import ListQuery, WhyAsked

EDGES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-02T00:00:00Z"]


@pytest.mark.parametrize("at", EDGES)
def test_an_instant_at_the_ends_of_the_calendar_is_malformed(at: str) -> None:
    """UTC cannot express it, or no incident lies there."""
    with pytest.raises(ValidationError) as refused:
        WhyAsked.model_validate({"at": at})
    assert [error["loc"] for error in refused.value.errors()] == [("at",)]
    assert WhyAsked.model_validate({"at": "2026-03-27T16:50:00Z"}).at is not None


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
