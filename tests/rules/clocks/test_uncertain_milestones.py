"""What is only known to lie between two instants: ranges, and what may not be said for sure."""

from datetime import timedelta
from typing import Any

import pytest

from models.command import COMMANDS
from models.incident.record import Incident
from models.time.clock import ClockReading, ClockStatus, MetricSpec
from rules.clocks.clocks import read_clocks
from rules.clocks.metrics import read_metrics
from rules.incident_reports.clocks import outcome as outcome_words
from rules.incident_reports.document import incident_report_markdown
from rules.record.decision import Refusal
from states.lifecycle import BY_TRIGGER, Trigger
from tests.specimens import POLICY, a_diagnosed_incident, after, an_incident, done, minutes, outcome

FIGURE = POLICY.changed(metrics=(MetricSpec(name="ttr", starts="reported", stops="resolved"),))


def resolved_between(first: float, last: float) -> Incident:
    """Resolved some time between two minutes."""
    return done(
        a_diagnosed_incident(),
        "resolve",
        after(300),
        steps=["verify"],
        happened_at=after(first),
        latest_at=after(last),
        note="known to the hour",
    )


def reading(incident: Incident, name: str = "resolve") -> ClockReading:
    """How a clock reads at 300 minutes."""
    return [r for r in read_clocks(POLICY, incident, after(300)) if r.clock == name][-1]


def test_elapsed_and_late_by_are_a_range_if_a_fact_is_known_to_the_hour() -> None:
    """From the least to the most that is possible."""
    found = reading(resolved_between(250, 280))
    assert found.elapsed_between == (minutes(250), minutes(280))
    assert found.late_between == (minutes(10), minutes(40))
    assert found.status is ClockStatus.BREACHED
    assert outcome_words(found) == "breached by 10 min to 40 min"


def test_an_outcome_that_may_be_in_time_is_indeterminate_with_its_range() -> None:
    """Perhaps not late at all."""
    found = reading(resolved_between(200, 280))
    assert found.status is ClockStatus.INDETERMINATE
    assert found.late_between == (timedelta(), minutes(40))
    text = incident_report_markdown(resolved_between(200, 280), POLICY, (found,), after(300))
    assert "| 3 h 20 min to 4 h 40 min |" in text
    assert "indeterminate: breached by 0 s to 40 min" in text
    assert "| Time to resolve | 3 h 20 min to 4 h 40 min |" in text
    assert "some time until 2026-03-27 21:30:00, backdated by 1 h 40 min" in text


def test_a_start_that_is_not_known_better_leaves_a_range_too() -> None:
    """From its latest to its earliest."""
    incident = done(
        an_incident(),
        "set_milestone",
        after(30),
        milestone="aware",
        happened_at=after(0),
        latest_at=after(20),
    )
    found = reading(incident, "regulator")
    assert found.elapsed == minutes(300), "the earliest is read"
    assert found.elapsed_between == (minutes(280), minutes(300))


def test_figures_are_ranges_too() -> None:
    """As long as anything of them is not known better."""
    [figure] = read_metrics(FIGURE, resolved_between(250, 280), after(300))
    assert figure.elapsed_between == (minutes(250), minutes(280))
    assert figure.elapsed == minutes(250), "the earliest is read"
    known = done(a_diagnosed_incident(), "resolve", after(250), steps=["verify"])
    [figure] = read_metrics(FIGURE, known, after(300))
    assert figure.elapsed_between == (minutes(250), minutes(250))


@pytest.mark.parametrize("trigger", list(Trigger))
def test_every_trigger_takes_an_instant_that_is_only_known_to_lie_between_two(
    trigger: Trigger,
) -> None:
    """`latest_at` is a field of each."""
    assert set(BY_TRIGGER) == set(Trigger)
    assert "latest_at" in COMMANDS[trigger.value].payload.model_fields


def test_an_acknowledgement_known_to_the_minute_is_kept_and_told_as_that() -> None:
    """On the milestone and on the line."""
    said: dict[str, Any] = {"happened_at": after(1), "latest_at": after(3)}
    incident = done(an_incident(), "acknowledge", after(4), **said)
    milestone = incident.milestone("acknowledged")
    assert milestone is not None
    assert (milestone.at, milestone.latest_at) == (after(1), after(3))
    line = next(e for e in incident.timeline if e.kind == "incident.acknowledged")
    words = ", some time between 2026-03-27 16:51:00 and 2026-03-27 16:53:00 UTC"
    assert line.summary == f"acknowledge by ana: reported → assessment{words}"
    for latest in (0, 5):
        refusal = outcome(
            an_incident(), "acknowledge", after(4), happened_at=after(1), latest_at=after(latest)
        )
        assert isinstance(refusal, Refusal)
        assert refusal.missing == ("latest_at",)
