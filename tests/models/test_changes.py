"""A record has one way to change, and a wrong field or value fails at once.

mypy reports each wrong line here, too: without its plugin, `make check` fails because its marks are
no longer needed.
"""

from datetime import datetime
from typing import Any

import pytest

from models.base import Actor
from models.policy.sections.calendars import OpenEntry
from tests.specimens import POLICY, an_incident

ANA = Actor(name="ana", via="console")


def test_a_change_makes_a_new_record_and_leaves_the_old_one_as_it_was() -> None:
    """It is stored as if it had been created that way."""
    changed = ANA.changed(name="bo")
    assert (ANA.name, changed) == ("ana", Actor(name="bo", via="console"))
    assert changed.model_dump_json() == '{"name":"bo","via":"console"}'


def test_a_changed_field_counts_as_given() -> None:
    """This holds even if it had its default before."""
    assert Actor(name="ana").changed(via="temporal").model_fields_set == {"name", "via"}


def test_a_misspelt_field_is_refused() -> None:
    """It is refused as a keyword, and inside an unpacked mapping."""
    with pytest.raises(TypeError, match="Actor has no field nmae"):
        ANA.changed(nmae="bo")  # type: ignore[call-arg]
    change: dict[str, Any] = {"naem": "bo", "via": "console"}
    with pytest.raises(TypeError, match="Actor has no field naem"):
        ANA.changed(**change)


def test_a_value_of_another_type_is_refused() -> None:
    """A value that pydantic could convert is refused, too: a change converts nothing."""
    with pytest.raises(TypeError, match=r"Actor.name cannot be 5"):
        ANA.changed(name=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Incident.reported_at cannot be '2026-03-02"):
        an_incident().changed(reported_at="2026-03-02T03:12:00Z")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Incident.roles cannot be \[\]"):
        an_incident().changed(roles=[])  # type: ignore[arg-type]


def test_an_instant_without_a_zone_is_refused() -> None:
    """No type forbids it, but no stored record may hold one."""
    with pytest.raises(TypeError, match="timezone"):
        an_incident().changed(reported_at=datetime(2026, 3, 2))  # noqa: DTZ001 - meant


def test_a_nested_value_of_another_type_is_refused() -> None:
    """It does not matter what holds it."""
    assert POLICY.changed(schedules=()).schedules == ()
    with pytest.raises(TypeError, match=r"CompiledPolicy.schedules cannot be \(Actor"):
        POLICY.changed(schedules=(ANA,))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"CompiledPolicy.fallbacks cannot be"):
        POLICY.changed(fallbacks={"pager": 1})  # type: ignore[dict-item]


def test_a_field_that_a_policy_writes_in_words_is_changed_to_its_value() -> None:
    """The field reads words; a change takes the value that they stand for."""
    hours = (("09:00", "17:00"),)
    assert OpenEntry().changed(hours=hours).hours == hours
    with pytest.raises(TypeError, match=r"OpenEntry.hours cannot be '09:00-17:00'"):
        OpenEntry().changed(hours="09:00-17:00")  # type: ignore[arg-type]
