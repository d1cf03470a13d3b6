"""A record is changed in one way, and what its fields do not take fails at once.

mypy says the same of each line here that is wrong: without its plugin, `make check` fails on the
marks that it then no longer needs.
"""

from datetime import datetime
from typing import Any

import pytest

from models.base import Actor
from models.policy.calendars import OpenEntry
from tests.specimens import POLICY, an_incident

ANA = Actor(name="ana", via="console")


def test_the_changed_value_replaces_the_one_before_which_stays_as_it_was() -> None:
    """It is stored as if it had been made so."""
    changed = ANA.changed(name="bo")
    assert (ANA.name, changed) == ("ana", Actor(name="bo", via="console"))
    assert changed.model_dump_json() == '{"name":"bo","via":"console"}'


def test_a_changed_field_counts_as_given() -> None:
    """Even if it had its default before."""
    assert Actor(name="ana").changed(via="temporal").model_fields_set == {"name", "via"}


def test_a_misspelt_field_is_refused() -> None:
    """Here, and where it is in an unpacked mapping."""
    with pytest.raises(TypeError, match="Actor has no field nmae"):
        ANA.changed(nmae="bo")  # type: ignore[call-arg]
    change: dict[str, Any] = {"naem": "bo", "via": "console"}
    with pytest.raises(TypeError, match="Actor has no field naem"):
        ANA.changed(**change)


def test_a_value_of_another_type_is_refused() -> None:
    """One that pydantic would have read as the right one, too: nothing is read here."""
    with pytest.raises(TypeError, match=r"Actor.name cannot be 5"):
        ANA.changed(name=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Incident.reported_at cannot be '2026-03-02"):
        an_incident().changed(reported_at="2026-03-02T03:12:00Z")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Incident.roles cannot be \[\]"):
        an_incident().changed(roles=[])  # type: ignore[arg-type]


def test_an_instant_without_a_zone_is_refused() -> None:
    """No type says so, but no stored record may hold one."""
    with pytest.raises(TypeError, match="timezone"):
        an_incident().changed(reported_at=datetime(2026, 3, 2))  # noqa: DTZ001 - meant


def test_a_nested_value_of_another_type_is_refused() -> None:
    """In whatever it is nested."""
    assert POLICY.changed(schedules=()).schedules == ()
    with pytest.raises(TypeError, match=r"CompiledPolicy.schedules cannot be \(Actor"):
        POLICY.changed(schedules=(ANA,))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"CompiledPolicy.fallbacks cannot be"):
        POLICY.changed(fallbacks={"pager": 1})  # type: ignore[dict-item]


def test_what_a_policy_writes_in_its_own_form_is_changed_as_it_is_kept() -> None:
    """Its fields read words; a change brings what they were read to."""
    hours = (("09:00", "17:00"),)
    assert OpenEntry().changed(hours=hours).hours == hours
    with pytest.raises(TypeError, match=r"OpenEntry.hours cannot be '09:00-17:00'"):
        OpenEntry().changed(hours="09:00-17:00")  # type: ignore[arg-type]
