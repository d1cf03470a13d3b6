"""An event becomes the payload of a command or a report."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.command import COMMANDS
from models.scenario import EVENT_KEYS, ScenarioEvent
from rehearsal.scenarios.wording import (
    names_of_commands,
    payload_of,
    report_of,
    spec_of,
    word_for,
    written_as,
)
from tests.rehearsal.plays import STARTS, after


def event(**given: Any) -> ScenarioEvent:
    """An event by ana."""
    return ScenarioEvent.model_validate({"at": "5m", "by": "ana", **given})


def payload(**given: Any) -> dict[str, Any]:
    """The payload of a command by ana."""
    said = event(**given)
    spec = spec_of(str(said.do))
    assert spec is not None
    return payload_of(spec, said, STARTS)


@pytest.mark.parametrize("name", names_of_commands())
def test_every_field_of_every_command_can_be_written(name: str) -> None:
    """A field with the name of an event's own key has another word."""
    spec = COMMANDS[name]
    own = set(spec.payload.model_fields) - {"actor", "via", "proof"}
    assert {word_for(spec, field) for field in own} & set(EVENT_KEYS) == set()
    words = {word_for(spec, field): field for field in own}
    assert written_as(spec, event(do=name, **dict.fromkeys(words))) == words


@pytest.mark.parametrize("typed", ["set_severity", "set-severity"])
def test_a_command_is_known_by_either_of_its_names(typed: str) -> None:
    """The names are Temporal's and the console's."""
    assert payload(do=typed, to="SEV2", reason="less bad") == {
        "actor": "ana",
        "via": "console",
        "severity": "SEV2",
        "note": "less bad",
    }


def test_a_reason_is_the_command_s_reason_or_else_its_note() -> None:
    """It depends on what the command has."""
    assert payload(do="hold", reason="third_party")["reason"] == "third_party"
    assert payload(do="resolve", reason="it works")["note"] == "it works"


def test_moments_become_instants_and_one_word_becomes_a_list_of_one() -> None:
    """This happens wherever the command takes such a value."""
    given = payload(do="resolve", steps="verify", happened_at="-10m")
    assert given["steps"] == ("verify",)
    assert given["happened_at"] == after(-10)
    date = payload(do="set_date", date="meeting", to="2026-04-01T10:00:00+02:00")
    assert date["at"] == datetime(2026, 4, 1, 8, tzinfo=UTC)


def test_a_report_names_its_reporter_and_the_way_in() -> None:
    """Without a way in, it is the console."""
    said = event(report={"title": "x", "affected_systems": "a", "happened_at": "1m"})
    report = report_of(said, STARTS)
    assert (report["reporter"].name, report["reporter"].via) == ("ana", "console")
    assert (report["affected_systems"], report["happened_at"]) == (("a",), after(1))
    nobody = report_of(ScenarioEvent(at=after(0), report={"title": "x"}, via="api"), STARTS)
    assert (nobody["reporter"].name, nobody["reporter"].via) == ("somebody", "api")
