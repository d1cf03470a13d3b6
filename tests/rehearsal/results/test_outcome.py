"""Expectations are compared with what was played: what is missing, and what is too much."""

from datetime import timedelta
from typing import Any

import pytest

from models.time.clock import ClockStatus, Stage
from rehearsal.results.outcome import Judgement, judge
from rehearsal.results.played import LookAtIncidents, Played
from tests.rehearsal.plays import (
    after,
    figure,
    incident,
    played,
    reading,
    refused,
    said,
    scenario,
    standing,
)

PAGED = played(
    incident(
        standing(),
        said("page", 0, "ana", "level 1: new incident", target="person:ana"),
        said("page", 5, "bo", "level 2: nobody acknowledged", roles=("incident_manager",)),
        said("tell", 5, "stakeholders", "acknowledge breached"),
    )
)
PAGES: tuple[dict[str, Any], ...] = (
    {"at": "0m", "page": "ana"},
    {"within": ["5m", "5m10s"], "page": "bo"},
)


def judged(night: Played, *expect: dict[str, Any]) -> Judgement:
    """The verdict on these expectations."""
    return judge(night, scenario(*expect))


def missing(night: Played, *expect: dict[str, Any]) -> list[str]:
    """The expectations that were not met."""
    return list(judged(night, *expect).missing)


def test_any_rehearsal_meets_a_scenario_without_expectations() -> None:
    """Its author wants to look at it."""
    assert judged(PAGED) == Judgement()


def test_an_unexpected_message_is_too_much() -> None:
    """If a scenario expects one message, it must expect all."""
    judgement = judged(PAGED, *PAGES)
    assert judgement.missing == ()
    assert judgement.unexpected == ("5m tell stakeholders (acknowledge breached)",)


def test_messages_covered_by_any_may_come_freely() -> None:
    """An author who cares about pages need not list every notification."""
    assert judged(PAGED, *PAGES, {"any": "tell"}).as_expected
    assert not judged(PAGED, *PAGES, {"any": "remind"}).as_expected


def test_a_scenario_that_expects_no_message_accepts_all() -> None:
    """A scenario about clocks is only about clocks."""
    assert judged(PAGED, {"state": "review"}).as_expected


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ({"at": "6m", "page": "bo"}, "page bo at 6m; came at 5m (level 2: nobody acknowledged)"),
        ({"at": "0m", "page": "cy"}, "page cy at 0s; it never came"),
        ({"at": "0m", "remind": "ana"}, "remind ana at 0s; it never came"),
        (
            {"within": ["1m", "2m"], "page": "ana", "because": "level 1"},
            "page ana between 1m and 2m because level 1; came at 0s (level 1: new incident)",
        ),
        (
            {"at": "0m", "page": "ana", "by": "log"},
            "page ana at 0s by log; came at 0s (level 1: new incident)",
        ),
        (
            {"at": "0m", "page": "ana", "because": "level 2"},
            "page ana at 0s because level 2; came at 0s (level 1: new incident)",
        ),
    ],
)
def test_a_missing_message_says_what_came_instead(expected: dict[str, Any], words: str) -> None:
    """The author sees at once what to correct."""
    assert missing(PAGED, expected) == [words]


def test_a_message_may_be_expected_on_a_channel() -> None:
    """A page that fell back still reached its person, by another channel."""
    assert missing(PAGED, {"at": "0m", "page": "ana", "by": "pager"}) == []


@pytest.mark.parametrize("who", ["bo", "person:bo", "role:incident_manager"])
def test_a_person_is_expected_by_name_or_by_a_role_they_held_then(who: str) -> None:
    """Policies page roles; the record knows who held one."""
    assert missing(PAGED, {"at": "5m", "page": who}) == []


def test_a_person_who_is_named_twice_is_paged_once() -> None:
    """A level may page bo and a role that bo holds."""
    both = {"at": "5m", "page": ["bo", "role:incident_manager"]}
    assert missing(PAGED, both) == []


def test_one_page_cannot_meet_two_expectations() -> None:
    """A person who is expected twice must be paged twice."""
    assert len(missing(PAGED, PAGES[0], PAGES[0])) == 1


def test_a_scenario_with_expectations_must_expect_its_refusals() -> None:
    """A mistyped command must not pass for one that was carried out."""
    night = played(
        incident(standing()),
        refusals=(
            refused("resolve", 6, because="cy may not resolve"),
            refused("begin_diagnosis", 7, missing=("step impact is not done",)),
        ),
    )
    expected = {"refused": "resolve", "because": "MAY not"}
    judgement = judged(night, expected)
    assert judgement.missing == ()
    (unexpected,) = judgement.unexpected
    assert unexpected.startswith("7m begin_diagnosis by ana refused: no (missing: step impact")
    step = {"refused": "begin-diagnosis", "by": "ana", "because": "step impact"}
    assert judged(night, expected, step).as_expected
    assert missing(night, {"refused": "hold"}) == ["hold refused; it was not refused"]
    assert missing(night, {"refused": "resolve", "at": "5m"}) != []


CLOCKS = played(
    incident(
        standing(
            reading("acknowledge", 16, 5),
            reading("resolve", 100, 480),
            reading("repair", 10, 60),
            reading("repair", 61, 60, run=2),
            reading(
                "report",
                30,
                60,
                stage=Stage.PAUSED,
                status=ClockStatus.ON_TRACK,
                stopped_at=None,
                breach_at=None,
            ),
        )
    )
)


@pytest.mark.parametrize(
    "expected",
    [
        {"clock": "acknowledge", "status": "breached", "late_by": "11m", "elapsed": "16m"},
        {"clock": "acknowledge", "breach_at": "5m", "target": "5m"},
        {"clock": "resolve", "status": "met", "elapsed": "1h40m", "late_by": "0m"},
        {"clock": "resolve", "status": "completed"},
        {"clock": "repair", "status": "breached"},
        {"clock": "repair", "run": 1, "status": "met"},
        {"clock": "repair", "runs": 2},
        {"clock": "report", "status": "paused"},
        {"clock": "report", "status": "on_track"},
        {"clock": "unknown", "runs": 0},
    ],
)
def test_clocks_are_judged_at_their_end(expected: dict[str, Any]) -> None:
    """Without `run`, the last run counts."""
    assert missing(CLOCKS, expected) == []


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ({"clock": "resolve", "status": "breached"}, "clock resolve: status breached; found met"),
        ({"clock": "acknowledge", "late_by": "1m"}, "clock acknowledge: late_by 1m; found 11m"),
        ({"clock": "resolve", "late_by": "1m"}, "clock resolve: late_by 1m; found None"),
        ({"clock": "repair", "elapsed": "10m"}, "clock repair (2): elapsed 10m; found 1h1m"),
        ({"clock": "repair", "runs": 1}, "clock repair: 1 runs; found 2"),
        ({"clock": "unknown", "status": "met"}, "clock unknown; it never ran"),
        ({"clock": "repair", "run": 3, "status": "met"}, "clock repair run 3; it never ran"),
        (
            {"clock": "acknowledge", "breach_at": "6m"},
            "clock acknowledge: breach_at 2026-03-27T16:56:00Z; found 2026-03-27T16:55:00Z",
        ),
    ],
)
def test_a_clock_that_went_differently_is_named_with_its_figures(
    expected: dict[str, Any], words: str
) -> None:
    """Each figure is compared on its own."""
    assert missing(CLOCKS, expected) == [words]


def test_finished_waits_for_updates_are_judged_like_other_runs() -> None:
    """Each has its number; the expectation that there was none does not hold."""
    told = (reading("update:all", 70, 60), reading("update:all", 10, 60, run=2))
    night = played(incident(standing().changed(told=told)))
    first = {"clock": "update:all", "run": 1, "status": "breached", "late_by": "10m"}
    assert missing(night, first, {"clock": "update:all", "runs": 2}) == []
    assert missing(night, {"clock": "update:all", "runs": 0}) == [
        "clock update:all: 0 runs; found 2"
    ]


def test_an_expectation_that_cannot_be_judged_does_not_hold() -> None:
    """If no incident has that name yet, `never ran` does not hold for its clocks."""
    other = {"clock": "acknowledge", "runs": 0, "incident": "other"}
    assert missing(CLOCKS, other) == ["clock acknowledge; there is no such incident"]
    early = {"clock": "acknowledge", "runs": 0, "at": "1m"}
    assert missing(CLOCKS, early) == ["clock acknowledge at 1m; there is no such incident"]


def test_figures_may_differ_by_the_seconds_that_a_rehearsal_takes() -> None:
    """They count at the end or at an instant; an unknown figure is reported as unknown."""
    known = standing(metrics=(figure("time_to_repair", 95),))
    night = played(incident(known), looks=(LookAtIncidents(at=after(10), standings=(standing(),)),))
    assert missing(night, {"metric": "time_to_repair", "elapsed": "1h35m"}) == []
    expected = {"metric": "time_to_repair", "elapsed": "2h"}
    assert missing(night, expected) == ["metric time_to_repair: 2h; found 1h35m"]
    early = {**expected, "at": "10m"}
    assert missing(night, early) == ["metric time_to_repair at 10m: 2h; found no such figure"]


def test_state_severity_and_roles_count_at_the_end_or_at_an_instant() -> None:
    """The expectation may name the instant."""
    before = standing(state="assessment", severity="SEV2", roles={})
    night = played(
        incident(standing()), looks=(LookAtIncidents(at=after(10), standings=(before,)),)
    )
    held = {"role": "incident_manager", "held_by": "ana"}
    assert missing(night, {"state": "review"}, {"severity": "SEV1"}, held) == []
    at = {"at": "10m"}
    assert missing(night, {"state": "assessment", **at}, {"severity": "SEV2", **at}) == []
    assert missing(night, {**held, **at}, {"state": "closed"}) == [
        "role incident_manager held by ana at 10m; found nobody".replace("role ", "", 1),
        "state closed; found review",
    ]


def test_an_expectation_means_the_newest_incident_unless_it_names_one() -> None:
    """Commands follow the same rule."""
    first, second = standing(name="first"), standing(name="second", state="closed")
    night = played(incident(first), incident(second))
    assert missing(night, {"state": "closed"}, {"state": "review", "incident": "first"}) == []
    assert missing(played(), {"state": "closed"}) == ["state closed; found no incident"]


def test_a_rehearsal_on_a_slow_machine_may_be_off_by_as_much_as_the_engine_was_late() -> None:
    """The verdict is the same on an idle machine and on a busy one."""
    late = incident(standing(), said("page", 5.3, "bo", "level 2: nobody acknowledged"))
    expected = {"at": "5m", "page": "bo"}
    assert not judged(played(late), expected).as_expected
    assert judged(played(late, slack=timedelta(seconds=20)), expected).as_expected
