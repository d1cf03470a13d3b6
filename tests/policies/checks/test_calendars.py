"""Calendars that people really have: worked Saturdays, holidays alone, ends of days, zones."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from rules.zones.calendars import slice_of
from tests.policies.written import MARK, WHOLE, errors, expected_at, warnings

OFFICE = "days: mon-fri, hours: 09:00-17:00, holidays: CN"


def _calendars(entry: str) -> str:
    return (
        WHOLE.replace("SEV1: 5m", "SEV1: 2h office") + f"calendars: {{ office: {{ {entry} }} }}\n"
    )


def _opens(text: str, day: str) -> list[str]:
    """The hours of a calendar on a day."""
    read = parse_policy(text.encode())
    assert read.policy is not None, read.problems
    (spec,) = (c for c in compile_policy(read.policy, "0" * 64).calendars if c.name == "office")
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    found = slice_of(spec, start, start, as_of=start)
    assert bool(found.days) == bool(found.opens)
    return [f"{a:%H:%M}-{b:%H:%M}" for a, b in found.opens if a < start + timedelta(days=1)]


def test_a_worked_saturday_has_the_hours_of_the_week() -> None:
    """It replaces a holiday: in China, people work on the Saturday after the national week."""
    text = _calendars(f"{OFFICE}, worked: [2026-10-10]")
    assert warnings("", to=text) == []
    assert _opens(text, "2026-10-10") == ["09:00-17:00"]
    assert _opens(text, "2026-10-03") == []
    assert _opens(text, "2026-10-01") == []


def test_a_worked_day_can_have_the_hours_of_another_day_even_on_a_holiday() -> None:
    """This matters if hours differ by day."""
    text = _calendars(
        "holidays: GB-ENG, worked: { 2026-10-10: fri, 2026-12-25: mon }, opens:"
        " [{ days: mon-thu, hours: 09:00-17:00 }, { days: fri, hours: 09:00-12:00 }]"
    )
    assert _opens(text, "2026-10-10") == ["09:00-12:00"]
    assert _opens(text, "2026-12-25") == ["09:00-17:00"]
    assert _opens(text, "2026-12-28") == []


WRONG = {
    "a date that is none": (
        _calendars(f"{OFFICE}, §worked: [2026-02-30]"),
        "error: '2026-02-30' is not a date; write 2026-10-10, or { 2026-10-10: fri }",
    ),
    "hours of no day": (
        _calendars(f"{OFFICE}, §worked: {{ 2026-10-10: frday }}"),
        "error: 'frday' is not a day; write whose hours it has: mon, tue, ...",
    ),
    "hours of a day without any": (
        _calendars(f"{OFFICE}, worked: {{ 2026-10-10: §sat }}"),
        (
            "error: office has no hours on sat, so 2026-10-10 has none;"
            " write { 2026-10-10: DAY }, a day that has hours"
        ),
    ),
    "worked and a holiday": (
        _calendars("days: mon-fri, holidays: [2026-10-10], §worked: [2026-10-10]"),
        "error: 2026-10-10 is both worked and a holiday; keep it in one of them",
    ),
    "open on holidays alone, without any": (
        WHOLE.replace("SEV1: 5m", "SEV1: 2h office")
        + "calendars: { §office: { days: holiday } }\n",
        (
            "error: office is never open: "
            "it opens on holidays only, and has none; add holidays: GB-ENG"
        ),
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_an_impossible_calendar_is_an_error(case: tuple[str, str]) -> None:
    """The error has its place and says what would be right."""
    marked, expected = case
    assert errors("", to=marked.replace(MARK, "")) == expected_at(marked, [expected])


def test_a_worked_day_that_is_open_anyway_is_reported() -> None:
    """It changes nothing."""
    text = _calendars("days: mon-fri, worked: [2026-10-09]")
    assert [w for w in warnings("", to=text) if "2026-10-09 is worked anyway" in w]


LAST = {
    "of a calendar": "calendars: {{ c: {{ days: every, hours: {} }} }}\n",
    "of a part of one": "calendars: {{ c: {{ opens: [{{ days: every, hours: {} }}] }} }}\n",
    "of a layer": (
        "schedules: {{ s: {{ layers: {{ l: {{ people: ana, hand_over: daily 09:00,"
        " hours: {} }} }} }} }}\n"
    ),
    "of a gap": (
        "schedules: {{ s: {{ rotation: {{ people: ana, hand_over: daily 09:00 }},"
        " gaps: [{{ hours: {} }}] }} }}\n"
    ),
}


@pytest.mark.parametrize("case", LAST)
@pytest.mark.parametrize(("hours", "end"), [("00:00-23:59", "24:00"), ("09:00-16:59", "17:00")])
def test_hours_that_leave_a_minute_out_are_reported(case: str, hours: str, end: str) -> None:
    """People write 23:59 and mean the end of the day."""
    found = warnings(LAST[case].format(hours))
    assert [w for w in found if f"the minute before {end} is missing" in w and f"write {end}" in w]
    assert not [w for w in warnings(LAST[case].format("00:00-24:00")) if "the minute before" in w]


ZONES = {
    "London": "did you mean Europe/London?",
    "Europe/Londn": "did you mean Europe/London?",
    "europe/london": "did you mean Europe/London?",
    "New York": "did you mean America/New_York?",
    "Asia/Calcuta": "did you mean Asia/Calcutta?",
    "GMT+25": "write an IANA name, such as Europe/London",
}
PLACES = {
    "the policy": "time_zone: {}\n",
    "a person": "",
    "a calendar": "calendars: {{ c: {{ zone: {}, days: every }} }}\n",
    "a schedule": (
        "schedules: {{ s: {{ zone: {}, rotation: {{ people: ana, hand_over: daily 09:00 }} }} }}\n"
    ),
    "a rotation": (
        "schedules: {{ s: {{ rotation: {{ people: ana, hand_over: daily 09:00, zone: {} }} }} }}\n"
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("zone", ZONES)
def test_an_unknown_zone_is_reported_with_the_one_that_was_meant(place: str, zone: str) -> None:
    """The words are the same wherever a zone can stand."""
    added = PLACES[place].format(zone)
    to = WHOLE
    if place == "a person":
        added, to = "", WHOLE.replace("bo: {}", f"bo: {{ zone: {zone} }}")
    (found,) = errors(added, to=to)
    assert found.endswith(f"error: there is no time zone {zone}; {ZONES[zone]}")
