"""On-call schedules in a policy: what may be written, what is reported, what is carried."""

from datetime import UTC, datetime

import pytest

from models.people.schedule import ScheduleOverrideSpec
from models.policy import Policy
from policies.check import problems_of
from policies.checks.paging.coverage import coverage
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from policies.reading.problems import Problem
from tests.policies.written import MARK, WHOLE, errors, expected_at, warnings

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
INSTANT = "2026-02-03T00:00Z"
ROTATION = "rotation: { people: [ana, bo], hand_over: monday 09:00, zone: Europe/London }"
PAGED = WHOLE.replace("{ page: ana, wait: 5m }", "{ page: schedule:primary, wait: 5m }")


def with_schedule(entry: str, to: str = PAGED) -> str:
    """A policy whose first level pages the schedule `primary`."""
    return f"{to}schedules:\n  primary: {{ {entry} }}\n"


def read(text: str) -> Policy:
    """The text of a policy without errors."""
    loaded = parse_policy(text.encode())
    assert loaded.policy is not None, loaded.problems
    return loaded.policy


def overlooked(text: str) -> list[str]:
    """The problems that the check of coverage finds from NOW on."""
    found = problems_of(parse_policy(text.encode(), "test.yaml"), (coverage(NOW),))
    return [_said(p) for p in found if "is not answered" not in p.what]


def _said(problem: Problem) -> str:
    return f"{problem.where}: {problem.what}"


def test_a_schedule_that_is_used_has_no_problem() -> None:
    """Its people and its zone exist."""
    text = with_schedule(ROTATION)
    assert errors("", text) == []
    assert warnings("", text) == []


WRONG = {
    "neither of the three": ("§primary: { zone: UTC }", "nobody is on call; write one of"),
    "two of the three": (
        f"§primary: {{ {ROTATION}, ical: feed:x }}",
        "rotation and ical are two schedules; write one of",
    ),
    "a hand-over in other words": (
        "primary: { rotation: { people: ana, hand_over: §mondays } }",
        "'mondays' is not a hand-over; write one of: monday 09:00",
    ),
    "a day that there is not": (
        "primary: { rotation: { people: ana, hand_over: §moonday 09:00 } }",
        "'moonday' is not a day; write one of: monday 09:00",
    ),
    "a shift of no time": (
        "primary: { rotation: { people: ana, hand_over: §every 0d 09:00 } }",
        "a shift must be longer than 0s",
    ),
    "a shift of next to no time": (
        "primary: { rotation: { people: ana, hand_over: §every 1m from 2026-01-05T09:00 } }",
        "a shift of 1m is too short; write at least 15m",
    ),
    "two first shifts": (
        (
            "primary: { §rotation: { people: ana, hand_over: every 3d from 2026-01-05T09:00,"
            " starts: 2026-01-01 } }"
        ),
        "the first shift is given twice",
    ),
    "an end before the beginning": (
        (
            "primary: { §rotation: { people: ana, hand_over: daily 09:00, starts: 2026-02-01,"
            " until: 2026-01-01 } }"
        ),
        "this rotation ends before it begins",
    ),
    "a first shift in another zone": (
        (
            "primary: { rotation: { people: ana, hand_over: daily 09:00,"
            " starts: §2026-02-01T09:00Z } }"
        ),
        "'2026-02-01T09:00Z' names a zone",
    ),
    "an override that ends before it begins": (
        f"primary: {{ {ROTATION}, overrides: [§{{ who: bo, from: 2026-02-02, to: 2026-02-01 }}] }}",
        "this override ends before it begins",
    ),
    "an override of two kinds of time": (
        f"primary: {{ {ROTATION}, overrides: [§{{ who: bo, from: 2026-02-02, to: {INSTANT} }}] }}",
        "one time is local, the other an instant",
    ),
    "a time that nobody reckons with": (
        f"primary: {{ {ROTATION}, overrides: [{{ who: bo, from: §0001-01-01, to: 2026-02-03 }}] }}",
        "'0001-01-01' lies outside the years 1900 to 2200",
    ),
    "a time that is none": (
        f"primary: {{ {ROTATION}, overrides: [{{ who: bo, from: §tomorrow, to: 2026-02-03 }}] }}",
        "'tomorrow' is not a time",
    ),
    "an empty list of gaps": (f"primary: {{ {ROTATION}, §gaps: [] }}", "this names no gap"),
    "a gap at no time": (f"primary: {{ {ROTATION}, gaps: [§{{}}] }}", "this gap does not say when"),
    "a feed by its address": (
        "primary: { ical: §https://example.com/ana.ics }",
        "'https://example.com/ana.ics' is not a feed; write feed:NAME",
    ),
    "hours that are said twice": (
        "primary: { §rotation: { people: ana, hand_over: daily 09:00, during: x, days: mon } }",
        "when it counts is given twice",
    ),
    "somebody who is not there": (
        "primary: { rotation: { people: [ana, §bob], hand_over: daily 09:00 } }",
        "there is no person bob; did you mean bo?",
    ),
    "an override by a stranger": (
        f"primary: {{ {ROTATION}, overrides: [{{ who: §di, from: 2026-02-02, to: 2026-02-03 }}] }}",
        "there is no person di",
    ),
    "a zone that is not there": (
        "primary: { rotation: { people: ana, hand_over: daily 09:00, zone: §Europe/Londin } }",
        "there is no time zone Europe/Londin",
    ),
    "a calendar that is not there": (
        "primary: { rotation: { people: ana, hand_over: daily 09:00, during: §office } }",
        "there is no calendar office",
    ),
    "holidays of nowhere": (
        f"primary: {{ {ROTATION}, gaps: [{{ days: §holiday }}] }}",
        "holidays belong to a calendar; write during: NAME",
    ),
    "a stranger of a feed": (
        "primary: { ical: { feed: x, names: { Ana Lopez: §anna } } }",
        "there is no person anna; did you mean ana?",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_schedules_are_reported_at_their_place(case: str) -> None:
    """Each problem says what would be right."""
    marked, words = WRONG[case]
    text = f"{PAGED}schedules:\n  {marked}\n"
    [found] = errors("", text.replace(MARK, ""))
    assert found.startswith(expected_at(text, [f"error: {words}"])[0].removesuffix(";"))


def test_targets_and_defaults_may_name_schedules() -> None:
    """The full form works; a bare word may be a schedule, too."""
    text = with_schedule(ROTATION)
    wrong = text.replace("schedule:primary", "schedule:primry")
    assert "there is no schedule primry; did you mean primary?" in errors("", wrong)[0]
    default = text.replace("default: acknowledger", "default: schedule:second")
    assert "there is no schedule second; there are: primary" in errors("", default)[0]
    assert errors("", text.replace("schedule:primary", "primary")) == []


def test_a_schedule_that_nothing_uses_is_reported() -> None:
    """It would say who is on call to nobody."""
    [found] = warnings("", with_schedule(ROTATION, WHOLE))
    assert "nobody asks the schedule primary; page schedule:primary in a level" in found


def test_an_incident_carries_the_schedules_that_it_uses() -> None:
    """Those are the ones of its levels and roles, with their zones; others stay in the file."""
    text = with_schedule(
        f"{ROTATION}, overrides: [{{ who: bo, from: 2026-12-24T09:00, to: 2026-12-27T09:00 }}],"
        " gaps: [{ days: [sat, sun] }]"
    )
    text += "  other: { ical: feed:other }\n"
    compiled = compile_policy(read(text), "hash")
    [spec] = compiled.schedules
    assert compiled.escalation is not None
    assert compiled.escalation.levels[0].page == ("schedule:primary",)
    assert (spec.name, spec.zone, spec.rotations[0].name) == (
        "primary",
        "Europe/London",
        "rotation",
    )
    assert spec.overrides == (
        ScheduleOverrideSpec(
            people=("bo",),
            begins=datetime(2026, 12, 24, 9),  # noqa: DTZ001 - local
            ends=datetime(2026, 12, 27, 9),  # noqa: DTZ001 - local
        ),
    )
    assert spec.gaps[0].opens[0].days == ("sat", "sun")
    assert not spec.gaps_meant
    again = type(compiled).model_validate_json(compiled.model_dump_json())
    assert again == compiled


def test_layers_have_the_zone_of_their_schedule_unless_they_name_one() -> None:
    """If the schedule names none either, the policy's zone counts."""
    text = with_schedule(
        "zone: Asia/Kolkata, layers: { day: { people: ana, hand_over: daily 09:00 },"
        " night: { people: bo, hand_over: daily 09:00, zone: UTC, hours: 20:00-08:00 } },"
        " gaps: declared"
    )
    [spec] = compile_policy(read(text), "hash").schedules
    assert [(r.name, r.zone) for r in spec.rotations] == [
        ("layer day", "Asia/Kolkata"),
        ("layer night", "UTC"),
    ]
    assert spec.rotations[1].during is not None
    assert spec.rotations[1].during.zone == "UTC"
    assert spec.gaps_meant


def test_gaps_are_reported_once_in_words_of_people() -> None:
    """Nights and weekends are in local time; declared gaps are accepted and not reported."""
    office = ROTATION.replace("zone:", "days: mon-fri, hours: 09:00-17:00, zone:")
    text = with_schedule(office)
    at = "at night (17:00-09:00) and on weekends, Europe/London"
    assert overlooked(text) == [f"schedules.primary: nobody is on call by primary {at}"]
    assert overlooked(with_schedule(f"{office}, gaps: declared")) == []
    assert overlooked(text + "accepted: { schedules.primary: We sleep }\n") == []
    assert overlooked(with_schedule(ROTATION)) == []


def test_a_gap_that_comes_only_once_is_reported_with_its_day() -> None:
    """The first is named, the others are counted."""
    ends = ROTATION.replace("zone:", "until: 2027-11-01, zone:")
    at = "from 2027-11-01 00:00 until 2027-12-02 12:00 Europe/London"
    assert overlooked(with_schedule(ends)) == [
        f"schedules.primary: nobody is on call by primary {at}"
    ]


def test_an_escalation_that_declared_gaps_leave_without_anybody_is_reported() -> None:
    """Each gap is meant; an escalation that pages nobody may not be."""
    office = ROTATION.replace("zone:", "days: mon-fri, zone:") + ", gaps: declared"
    alone = PAGED.replace(", { page: bo, wait: 5m }", "")
    assert alone != PAGED
    assert overlooked(with_schedule(office, alone)) == [
        (
            "escalations.default: default reaches nobody on weekends, Europe/London: "
            "nobody is paged until then"
        )
    ]


def test_overrides_that_contradict_each_other_are_reported() -> None:
    """The last one counts; two overrides that name the same person contradict nothing."""
    first = "{ who: ana, from: 2026-12-24, to: 2026-12-27 }"
    second = "{ who: WHO, from: 2026-12-26, to: 2026-12-28 }"
    text = with_schedule(f"{ROTATION}, overrides: [{first}, {second}]")
    assert overlooked(text.replace("WHO", "bo")) == [
        (
            "schedules.primary.overrides[1]: bo and ana both stand in "
            "from 2026-12-26 00:00 until 2026-12-27 00:00 Europe/London"
        )
    ]
    assert overlooked(text.replace("WHO", "ana")) == []


def test_a_person_who_is_on_call_for_two_levels_at_once_is_reported() -> None:
    """Whoever sleeps through the first page sleeps through the second."""
    paged = PAGED.replace("{ page: bo, wait: 5m }", "{ page: schedule:second, wait: 5m }")
    text = with_schedule(ROTATION, paged)
    text += "  second: { rotation: { people: [bo, ana], hand_over: monday 12:00, zone: UTC } }\n"
    [found] = overlooked(text)
    assert found.startswith("escalations.default[1].page: ")
    assert found.endswith("is on call by primary and by second mon 09:00-12:00, UTC")


def test_the_gaps_of_a_feed_are_not_reported() -> None:
    """Nobody knows beforehand what it will say."""
    assert overlooked(with_schedule("ical: feed:primary")) == []
