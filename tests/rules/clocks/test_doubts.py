"""What is taken as it was said, and is most likely wrong: told, never refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.incident.doubt import DoubtKind
from models.incident.record import Incident
from models.time.clock import MetricSpec
from rules.clocks.clocks import read_clocks
from rules.clocks.doubts import doubts
from rules.clocks.metrics import read_metrics
from rules.commands.answers import result_of, status_markdown
from rules.incident_reports.document import incident_report_markdown
from tests.specimens import POLICY, a_diagnosed_incident, after, an_incident, done

TTD = MetricSpec(name="ttd", starts="aware", stops="regulator_notified")
POLICY_ = POLICY.changed(metrics=(TTD,), milestones=(*POLICY.milestones, "dull"))
YEAR = timedelta(days=365)


def doubted(incident: Incident, now: datetime) -> list[tuple[str, str]]:
    """What is doubted, and why."""
    return [(d.kind.value, d.about) for d in doubts(POLICY_, incident, now)]


def set_(incident: Incident, milestone: str, at: datetime, now: datetime, **more: Any) -> Incident:
    """The incident with a milestone that happened at an instant."""
    fields = {"milestone": milestone, "happened_at": at, "note": "n", **more}
    return done(incident, "set_milestone", now, POLICY_, **fields)


def test_an_interval_that_ends_before_it_begins_reads_zero_and_says_so() -> None:
    """In the reading, the doubts, the report and the status."""
    incident = set_(an_incident(), "regulator_notified", after(1), after(1))
    incident = set_(incident, "aware", after(6), after(12))
    [reading] = read_metrics(POLICY_, incident, after(12))
    assert (reading.elapsed, reading.negative_by) == (timedelta(), timedelta(minutes=5))
    assert doubted(incident, after(12)) == [
        ("negative", "clock regulator"),
        ("negative", "figure ttd"),
    ]
    words = "figure ttd: it stops 5 min before it starts, and reads 0"
    assert words in [str(doubt) for doubt in doubts(POLICY_, incident, after(12))]
    text = incident_report_markdown(
        incident, POLICY_, read_clocks(POLICY_, incident, after(12)), after(12)
    )
    assert "doubtful: its end lies 5 min before its start" in text
    assert "## Doubtful\n\n- clock regulator: regulator_notified is 5 min before aware" in text
    assert "it stops 5 min before it starts" in status_markdown(POLICY_, incident, after(12))


def test_a_fact_from_before_the_incident_is_doubted() -> None:
    """Whatever it is: a trigger, an update, a hold."""
    incident = done(an_incident(), "acknowledge", after(2), happened_at=after(-3), note="n")
    incident = done(incident, "post_update", after(3), text="t", happened_at=after(-1), note="n")
    incident = done(
        incident, "hold", after(4), reason="third_party", happened_at=after(-1), note="n"
    )
    before = DoubtKind.BEFORE_THE_INCIDENT.value
    assert (before, "acknowledged") in doubted(incident, after(5))
    assert (before, "status update") in doubted(incident, after(5))
    assert (before, "hold third_party") in doubted(incident, after(5))
    words = str(next(iter(doubts(POLICY_, incident, after(5)))))
    assert words == ("acknowledged: 2026-03-27 16:47:00 UTC is 3 min before the incident began")


@pytest.mark.parametrize("days", [299, 300, 365])
def test_an_instant_that_is_most_of_a_year_off_is_doubted_for_that(days: int) -> None:
    """Most often it is the year that is wrong; that it is before the incident is not said too."""
    at = after(2) - timedelta(days=days)
    incident = done(an_incident(), "acknowledge", after(2), happened_at=at, note="n")
    far = days >= 300
    kinds = [kind for kind, about in doubted(incident, after(3)) if about == "acknowledged"]
    assert kinds == ["far_away" if far else "before_the_incident"]


def test_a_plan_for_another_year_is_doubted() -> None:
    """The due date of an action item, and the next update."""
    incident = done(an_incident(), "post_update", after(3), text="t", next_at=after(3) + YEAR)
    assert doubted(incident, after(4)) == [("far_away", "next status update")]
    item: dict[str, Any] = {"text": "mend", "owner": "bo", "due_at": after(3) + YEAR}
    incident = done(an_incident(), "add_action_item", after(3), **item)
    assert doubted(incident, after(4)) == [("far_away", "action item A1")]


def test_steps_of_the_lifecycle_in_another_order_are_doubted() -> None:
    """Resolved before it was diagnosed; within what is not known better nothing is."""
    incident = a_diagnosed_incident()
    early = done(incident, "resolve", after(50), steps=["verify"], happened_at=after(30), note="n")
    assert doubted(early, after(51)) == [("out_of_order", "resolved")]
    known_to_the_hour: dict[str, Any] = {
        "happened_at": after(0),
        "latest_at": after(50),
        "note": "n",
    }
    open_ = done(incident, "resolve", after(50), steps=["verify"], **known_to_the_hour)
    assert doubted(open_, after(51)) == []
    assert doubted(done(incident, "resolve", after(50), steps=["verify"]), after(51)) == []


def test_the_answer_to_a_command_says_what_it_left_doubtful_and_nothing_older() -> None:
    """Whoever gave it can still put it right."""
    before = done(an_incident(), "acknowledge", after(2), happened_at=after(-3), note="n")
    started = result_of("acknowledge", "s", before, POLICY_, after(2), before=an_incident())
    assert started.doubts == (
        "acknowledged: 2026-03-27 16:47:00 UTC is 3 min before the incident began",
    )
    later = done(before, "add_lesson", after(3), text="t")
    assert result_of("add_lesson", "s", later, POLICY_, after(3), before=before).doubts == ()


def test_an_ordinary_life_is_not_doubted() -> None:
    """Nor is one that was resolved twice."""
    incident = done(a_diagnosed_incident(), "resolve", after(50), steps=["verify"])
    incident = done(incident, "reopen", after(60))
    incident = done(incident, "begin_resolution", after(70))
    incident = done(incident, "resolve", after(80))
    assert doubted(incident, after(81)) == []
