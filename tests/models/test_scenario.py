"""Moments of a scenario, and the contents of each kind of expectation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from models.scenario import Expectation, ScenarioEvent, instant_of, parse_moment

STARTS = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "offset"),
    [
        ("0m", timedelta()),
        (0, timedelta()),
        ("3h50m", timedelta(hours=3, minutes=50)),
        ("+2d", timedelta(days=2)),
        ("-10m", timedelta(minutes=-10)),
        ("1w", timedelta(weeks=1)),
    ],
)
def test_an_offset_counts_from_the_start(written: object, offset: timedelta) -> None:
    """It is a duration of the policy language, before or after."""
    assert instant_of(parse_moment(written), STARTS) == STARTS + offset


@pytest.mark.parametrize(
    "written", ["2018-10-21T22:52:00Z", "2018-10-21T22:52Z", "2018-10-22T00:52:00+02:00"]
)
def test_an_instant_is_the_same_in_every_zone(written: str) -> None:
    """It is kept in UTC."""
    assert parse_moment(written) == datetime(2018, 10, 21, 22, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("2018-10-21T22:52:00", "has no time zone"),
        ("2018-13-21T22:52:00Z", "is not an instant"),
        ("soon", "is not a moment"),
        ("5", "is not a moment"),
        ("", "is not a moment"),
        (None, "is not a moment"),
        (True, "is not a moment"),
    ],
)
def test_a_text_that_is_no_moment_is_refused_with_the_right_form(
    written: object, what: str
) -> None:
    """Nobody should have to guess whether 5 means minutes."""
    with pytest.raises(ValueError, match=f"{what}|not a moment; write an offset such as"):
        parse_moment(written)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"at": "0m"}, "nothing happens here"),
        ({"at": "0m", "alert": "a.json", "report": {}}, "alert and report are two events"),
        ({"at": "0m", "do": "acknowledge"}, "nobody does this"),
        ({"at": "0m", "alert": "a.json", "by": "ana"}, "nobody does this: alert"),
        ({"at": "0m", "down": "pager", "up": "pager"}, "down and up are two events"),
        ({"at": "0m", "down": []}, "nothing happens here"),
        ({"at": "0m", "report": {}, "fields": {"x": 1}}, "there is no key 'fields'"),
    ],
)
def test_an_event_is_one_thing_that_somebody_does(given: dict[str, Any], what: str) -> None:
    """An event with several or none is refused before anything is played."""
    with pytest.raises(ValidationError, match=what):
        ScenarioEvent.model_validate(given)


def test_the_fields_of_a_command_stand_beside_it() -> None:
    """They need no nesting, unlike in the payload of the command."""
    event = ScenarioEvent.model_validate(
        {"at": "5m", "by": "ana", "do": "set_severity", "to": "SEV2"}
    )
    assert event.fields == {"to": "SEV2"}


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({}, "nothing is expected here"),
        ({"page": "ana", "tell": "bo", "at": "0m"}, "page and tell are two"),
        ({"page": "ana"}, "the time of this message is missing"),
        (
            {"page": "ana", "at": "0m", "within": ["0m", "1m"]},
            "the time of this message is missing",
        ),
        ({"page": "ana", "at": "0m", "status": "met"}, "status says nothing of a page"),
        ({"clock": "resolve"}, "nothing is expected of this clock"),
        ({"clock": "resolve", "status": "fine"}, "'fine' is no status of a clock"),
        ({"role": "incident_manager"}, "who is expected to hold this role"),
        ({"metric": "time_to_repair"}, "how much is expected of this figure"),
        ({"any": "shout"}, "this is not a kind of message"),
    ],
)
def test_an_expectation_has_one_subject_and_enough_of_it(given: dict[str, Any], what: str) -> None:
    """A slip must not make a test that cannot fail."""
    with pytest.raises(ValidationError, match=what):
        Expectation.model_validate(given)


@pytest.mark.parametrize("status", ["met", "at_risk", "cancelled", "paused"])
def test_a_clock_is_expected_by_its_status_or_its_stage(status: str) -> None:
    """The glossary has both, and no word is in both lists."""
    assert Expectation.model_validate({"clock": "resolve", "status": status}).kind == "clock"
