"""Expectations held against what was played: what is missing, and what is too much."""

from typing import Any

import pytest

from models.time.clock import ClockStatus, Stage
from rehearsal.outcome import Judgement, judge
from rehearsal.played import Look, Played
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
    """The judgement of what was expected."""
    return judge(night, scenario(*expect))


def missing(night: Played, *expect: dict[str, Any]) -> list[str]:
    """What was expected and is missing."""
    return list(judged(night, *expect).missing)


def test_a_scenario_that_expects_nothing_is_met_by_anything() -> None:
    """It is there to be looked at."""
    assert judged(PAGED) == Judgement()


def test_whatever_is_said_and_not_expected_is_too_much() -> None:
    """As soon as one message is expected, all of them must be."""
    judgement = judged(PAGED, *PAGES)
    assert judgement.missing == ()
    assert judgement.unexpected == ("5m tell stakeholders (acknowledge breached)",)


def test_messages_that_any_names_may_be_said_freely() -> None:
    """Somebody who cares for pages need not list every notification."""
    assert judged(PAGED, *PAGES, {"any": "tell"}).as_expected
    assert not judged(PAGED, *PAGES, {"any": "remind"}).as_expected


def test_a_scenario_that_expects_no_message_minds_none() -> None:
    """One about clocks is about clocks."""
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
def test_what_is_missing_says_what_came_instead(expected: dict[str, Any], words: str) -> None:
    """Whoever reads it sees at once what to put right."""
    assert missing(PAGED, expected) == [words]


def test_a_message_may_be_expected_on_a_channel() -> None:
    """A page that fell back reached its person all the same, by another way."""
    assert missing(PAGED, {"at": "0m", "page": "ana", "by": "pager"}) == []


@pytest.mark.parametrize("who", ["bo", "person:bo", "role:incident_manager"])
def test_a_person_is_expected_by_name_or_by_a_role_held_then(who: str) -> None:
    """A policy pages roles; who held one is known from the record."""
    assert missing(PAGED, {"at": "5m", "page": who}) == []


def test_somebody_who_is_meant_twice_is_paged_once() -> None:
    """A level that pages bo and a role that bo holds is one page."""
    both = {"at": "5m", "page": ["bo", "role:incident_manager"]}
    assert missing(PAGED, both) == []


def test_one_page_does_not_meet_two_expectations() -> None:
    """Who is expected twice must be paged twice."""
    assert len(missing(PAGED, PAGES[0], PAGES[0])) == 1


def test_refusals_are_expected_too_in_a_scenario_that_expects_anything() -> None:
    """A command that was mistyped must not pass for one that was given."""
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
def test_clocks_are_read_as_they_ended(expected: dict[str, Any]) -> None:
    """Without `run`, it is the last run that counts."""
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
def test_a_clock_that_went_otherwise_is_named_with_what_was_found(
    expected: dict[str, Any], words: str
) -> None:
    """Each of its figures for itself."""
    assert missing(CLOCKS, expected) == [words]


def test_waits_for_updates_that_are_over_are_judged_like_other_runs() -> None:
    """Each by its number; that there were none does not hold."""
    told = (reading("update:all", 70, 60), reading("update:all", 10, 60, run=2))
    night = played(incident(standing().changed(told=told)))
    first = {"clock": "update:all", "run": 1, "status": "breached", "late_by": "10m"}
    assert missing(night, first, {"clock": "update:all", "runs": 2}) == []
    assert missing(night, {"clock": "update:all", "runs": 0}) == [
        "clock update:all: 0 runs; found 2"
    ]


def test_what_cannot_be_judged_does_not_hold() -> None:
    """There is no incident of that name, or none yet: no clock of it never ran."""
    other = {"clock": "acknowledge", "runs": 0, "incident": "other"}
    assert missing(CLOCKS, other) == ["clock acknowledge; there is no such incident"]
    early = {"clock": "acknowledge", "runs": 0, "at": "1m"}
    assert missing(CLOCKS, early) == ["clock acknowledge at 1m; there is no such incident"]


def test_figures_are_compared_to_the_seconds_that_a_rehearsal_takes() -> None:
    """Of the end, or of an instant; a figure that the policy does not have is said to be none."""
    known = standing(metrics=(figure("time_to_repair", 95),))
    night = played(incident(known), looks=(Look(at=after(10), standings=(standing(),)),))
    assert missing(night, {"metric": "time_to_repair", "elapsed": "1h35m"}) == []
    expected = {"metric": "time_to_repair", "elapsed": "2h"}
    assert missing(night, expected) == ["metric time_to_repair: 2h; found 1h35m"]
    early = {**expected, "at": "10m"}
    assert missing(night, early) == ["metric time_to_repair at 10m: 2h; found no such figure"]


def test_state_severity_and_roles_are_those_of_the_end() -> None:
    """Or of the instant that is named."""
    before = standing(state="assessment", severity="SEV2", roles={})
    night = played(incident(standing()), looks=(Look(at=after(10), standings=(before,)),))
    held = {"role": "incident_manager", "held_by": "ana"}
    assert missing(night, {"state": "review"}, {"severity": "SEV1"}, held) == []
    at = {"at": "10m"}
    assert missing(night, {"state": "assessment", **at}, {"severity": "SEV2", **at}) == []
    assert missing(night, {**held, **at}, {"state": "closed"}) == [
        "role incident_manager held by ana at 10m; found nobody".replace("role ", "", 1),
        "state closed; found review",
    ]


def test_of_several_incidents_the_newest_is_meant_unless_one_is_named() -> None:
    """As with commands."""
    first, second = standing(name="first"), standing(name="second", state="closed")
    night = played(incident(first), incident(second))
    assert missing(night, {"state": "closed"}, {"state": "review", "incident": "first"}) == []
    assert missing(played(), {"state": "closed"}) == ["state closed; found no incident"]
