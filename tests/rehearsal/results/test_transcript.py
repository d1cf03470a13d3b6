"""Events are written as expectations, which hold for the rehearsal they come from."""

from ruamel.yaml import YAML

from models.time.clock import Measure
from rehearsal.results.outcome import judge
from rehearsal.results.played import Played
from rehearsal.results.transcript import expectations
from tests.rehearsal.plays import (
    figure,
    incident,
    played,
    reading,
    refused,
    said,
    scenario,
    standing,
)

NIGHT = played(
    incident(
        standing(
            reading("acknowledge", 16, 5),
            reading("resolve", 100, 480),
            metrics=(figure("time_to_repair", 95),),
        ),
        said("page", 0, "ana", "level 1: new incident"),
        said("page", 15, "ana", "level 3: 100% of assess"),
        said("page", 15, "bo", "level 3: 100% of assess"),
        said("remind", 30, "cy", "no status update in time"),
    ),
    refusals=(refused("resolve", 6),),
)


def written_and_judged(night: Played) -> bool:
    """Whether a night meets the expectations that were written from it."""
    written = YAML(typ="safe", pure=True).load(expectations(night))
    return judge(night, scenario(*written["expect"])).as_expected


def test_a_night_meets_the_expectations_that_were_written_from_it() -> None:
    """Pasted into the scenario, they make it a test."""
    assert written_and_judged(NIGHT)


def test_open_hours_are_written_in_hours() -> None:
    """A day of 24 hours is no working day."""
    open_hours = {"calendar": "office", "measure": Measure.OPEN_HOURS}
    night = played(incident(standing(reading("resolve", 36 * 60, 40 * 60, **open_hours))))
    assert "clock: resolve, status: met, elapsed: 36h" in expectations(night)
    wanted = scenario({"clock": "resolve", "elapsed": "30h"})
    assert judge(night, wanted).missing == ("clock resolve: elapsed 30h; found 36h",)


def test_several_incidents_are_written_by_their_names() -> None:
    """They are the names that the scenario uses."""
    first = incident(standing(name="first"), said("page", 0, "ana", "level 1", incident="first"))
    second = incident(standing(name="second", state="closed"))
    assert "incident: first" in expectations(played(first, second))
    assert written_and_judged(played(first, second))


def test_people_who_hear_the_same_share_a_line() -> None:
    """A page to three people is one line to read."""
    assert "page: [ana, bo]" in expectations(NIGHT)
