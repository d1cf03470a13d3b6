"""Instants as bodies and payloads give them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from models.base import Instant

ADAPTER: TypeAdapter[Instant | None] = TypeAdapter(Instant | None)


def test_a_strict_body_may_have_instants() -> None:
    """The API converts no type to another, and JSON has no type for an instant."""
    for strict in (True, False):
        found = ADAPTER.validate_json('"2026-03-17T10:00:00+01:00"', strict=strict)
        assert found
        assert found.isoformat() == "2026-03-17T09:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-03-17T10:00:00", "timezone"),
        ("9999-12-31T23:59:59-14:00", "outside the calendar"),
        ("0001-01-01T00:00:00+14:00", "outside the calendar"),
    ],
)
def test_an_instant_without_a_zone_or_outside_the_calendar_is_refused(
    text: str, problem: str
) -> None:
    """With words, whatever overflows inside."""
    for strict in (True, False):
        with pytest.raises(ValidationError, match=problem):
            ADAPTER.validate_json(f'"{text}"', strict=strict)
