"""Date arithmetic from published policies and incidents, case by case."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.time.calendar import LOCAL, CalendarSpec
from models.time.clock import Roll, Target
from rules.time.localtime import clock_of
from rules.time.segments import Span
from tests.rules.almanac import OFFICE, a_calendar, reckoned, sliced, utc

VECTORS = json.loads((Path(__file__).parent / "clock_vectors.json").read_text())
LONDON = "Europe/London"

CALENDARS: dict[str, CalendarSpec] = {
    f"{hours} Mon-Fri {LONDON}, England holidays": a_calendar(
        LONDON, days="mon-fri", hours=hours, holidays="GB-ENG"
    )
    for hours in ("09:00-17:00", "10:00-17:00")
} | {
    f"07:00-22:00 every day {LONDON}": a_calendar(LONDON, hours="07:00-22:00"),
    "08:00-17:00 Mon-Fri Europe/Stockholm": a_calendar(
        "Europe/Stockholm", days="mon-fri", hours="08:00-17:00"
    ),
    "09:00-18:00 Mon-Fri Europe/Berlin, Bavaria holidays": a_calendar(
        "Europe/Berlin", days="mon-fri", hours="09:00-18:00", holidays="DE-BY"
    ),
    "business days UTC no holidays": a_calendar(days="mon-fri"),
    "business days": a_calendar(days="mon-fri"),
    "business days New York, federal holidays": a_calendar(
        "America/New_York", days="mon-fri", holidays="US"
    ),
    f"weekday 07:00-10:00 and 17:00-22:00 {LONDON}": a_calendar(
        LONDON, days="mon-fri", hours=["07:00-10:00", "17:00-22:00"]
    ),
    "24x5 UTC": a_calendar(days="mon-fri"),
    "24x7": a_calendar(),
    LONDON: a_calendar(LONDON),
}
BELGIUM = a_calendar("Europe/Brussels", days="mon-fri", holidays="BE")
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)

TARGETS: dict[str, Target] = {
    "P-dora-1": Target(within=4 * HOUR),
    "P-dora-3": Target(within=4 * HOUR),
    "P-dora-roll-holiday": Target(within=72 * HOUR, rolls=Roll(calendar=OFFICE, at="12:00")),
    "P-sirt": Target(within=30 * DAY),
    "S-hold-overnight": Target(within=4 * HOUR, calendar=OFFICE),
    "W-two-windows": Target(within=60 * MINUTE, calendar=OFFICE),
    "W-24x5": Target(within=60 * MINUTE, calendar=OFFICE),
}
"""Targets that their vectors say in words."""

PAUSES: dict[str, tuple[Span, ...]] = {
    "S-hold-overnight": ((utc("2025-11-24T16:00Z"), utc("2025-11-25T11:00Z")),)
}
EXTENSIONS = {"P-sirt": 14 * DAY}
CAPS = {"P-dora-1": (utc("2025-03-03T08:00Z"), Target(within=24 * HOUR))}
"""A second limit and its start; the earlier one counts."""

ELSEWHERE = {
    "S-lower": "test_a_lowered_severity_moves_the_next_update_and_breaks_no_promise",
    "S-decay": "test_a_slower_pace_is_not_decided_in_the_first_hour_nor_in_force_before_two",
    "S-should-must": "test_should_three_days_must_seven",
}
"""Vectors about more than arithmetic, and the tests of these rooms that prove them."""


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    """The vectors of these kinds, one test each."""
    found = [pytest.param(v, id=v["id"]) for v in VECTORS if v["kind"] in kinds]
    assert found
    return pytest.mark.parametrize("vector", found)


def target_of(vector: dict[str, Any]) -> Target:
    """The target of a vector."""
    if vector["id"] in TARGETS:
        return TARGETS[vector["id"]]
    value = vector["target"]["value"]
    return {
        "business_minute": Target(within=value * MINUTE, calendar=OFFICE),
        "business_day": Target(days=value, calendar=OFFICE),
        "hour": Target(within=value * HOUR),
        "month": Target(months=value, calendar=LOCAL),
    }[vector["target"]["unit"]]


def calendar_of(vector: dict[str, Any]) -> CalendarSpec:
    """The calendar of a vector."""
    return BELGIUM if vector["id"] == "P-dora-roll-holiday" else CALENDARS[vector["calendar"]]


def limit_of(vector: dict[str, Any]) -> datetime | None:
    """When the clock of a vector comes due."""
    name, spec = vector["id"], calendar_of(vector)
    extra = EXTENSIONS.get(name, timedelta())
    target, pauses = target_of(vector), PAUSES.get(name, ())
    limits = [reckoned(utc(vector["start"]), target, spec, *pauses, extra=extra).limit_at]
    if name in CAPS:
        limits.append(reckoned(*CAPS[name], spec).limit_at)
    return min(limit for limit in limits if limit)


@of_kind("deadline", "pause")
def test_a_deadline_is_the_published_one(vector: dict[str, Any]) -> None:
    """To the second."""
    assert limit_of(vector) == utc(vector["expected"])


@of_kind("elapsed", "implementation_trap")
def test_the_elapsed_time_is_the_published_one(vector: dict[str, Any]) -> None:
    """If the publisher counted otherwise, it is what this calendar gives."""
    calendar = None if vector["kind"] == "implementation_trap" else OFFICE
    target = Target(within=HOUR, calendar=calendar)
    run = reckoned(utc(vector["start"]), target, CALENDARS[vector["calendar"]])
    assert run.elapsed(utc(vector["stop"])) == vector["expected_minutes"] * MINUTE


@of_kind("local_time")
def test_the_first_of_two_equal_local_times_counts(vector: dict[str, Any]) -> None:
    """It is the stated rule for a promise at 01:30 in the night when clocks go back."""
    start = utc("2025-10-25T12:00Z")
    clock = clock_of(sliced(CALENDARS[vector["calendar"]], start))
    found = clock.instant(datetime(2025, 10, 26, 1, 30))  # noqa: DTZ001 - what the wall shows
    assert found == utc("2025-10-26T00:30Z")
    assert vector["expected"].startswith("occurs twice (2025-10-26T00:30Z and 01:30Z)")


@pytest.mark.parametrize(
    ("name", "days", "due"),
    [
        ("B-pagerduty-sev2", 3, "2025-11-24T18:00Z"),
        ("B-gitlab-5bd", 7, "2025-11-28T18:00Z"),
        ("C-spring-24h", 1, "2026-03-29T11:00Z"),
        ("C-us-7d-hours", 7, "2021-11-08T00:45Z"),
    ],
)
def test_calendar_days_keep_their_local_time(name: str, days: int, due: str) -> None:
    """The notes of these vectors say so, and give the number of hours beside it."""
    zones = {"C-spring-24h": LONDON, "C-us-7d-hours": "America/Los_Angeles"}
    [start] = [utc(vector["start"]) for vector in VECTORS if vector["id"] == name]
    run = reckoned(start, Target(days=days, calendar=LOCAL), a_calendar(zones.get(name, "UTC")))
    assert run.limit_at == utc(due)


def test_every_vector_is_proven_somewhere() -> None:
    """Nobody can add a vector, or a kind of vectors, without a test."""
    here = {"deadline", "pause", "elapsed", "implementation_trap", "local_time"}
    others = {vector["id"] for vector in VECTORS if vector["kind"] not in here}
    assert others == set(ELSEWHERE)
    tests = "".join(path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py"))
    assert [name for name in ELSEWHERE.values() if f"def {name}(" not in tests] == []
