"""Figures are computed from the record, in their own calendar, and never negative."""

from datetime import timedelta

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import Measure, MetricReading
from rules.clocks.metrics import read_metrics
from tests.rules.timed import FRIDAY, hours, incident, later, policy_of
from tests.specimens import done

POLICY = policy_of(
    "metrics:\n"
    "  whole: { from: impact_started or reported, to: fixed }\n"
    "  office: { from: reported, to: fixed, calendar: office }\n"
)


def figures(record: Incident, hour: float, policy: CompiledPolicy = POLICY) -> dict[str, timedelta]:
    """Each figure as it reads at an hour."""
    return {m.metric: m.elapsed for m in read_metrics(policy, record, later(hour))}


def fixed(record: Incident, hour: float) -> Incident:
    """The incident once it was fixed."""
    return done(
        record, "set_milestone", later(99), POLICY, milestone="fixed", happened_at=later(hour)
    )


def test_a_figure_grows_until_its_stop_and_stays() -> None:
    """Elapsed, and in office hours: of Friday one, of Monday two."""
    record = incident(POLICY)
    assert figures(record, 0.5) == {"whole": hours(0.5), "office": hours(0.5)}
    assert figures(record, 24) == {"whole": hours(24), "office": hours(1)}
    record = fixed(record, 67)
    assert figures(record, 200) == {"whole": hours(67), "office": hours(3)}


def test_a_reading_says_from_when_to_when_and_in_which_calendar() -> None:
    """So that nobody has to guess what was counted."""
    assert read_metrics(POLICY, fixed(incident(POLICY), 1), later(2)) == (
        MetricReading(metric="whole", started_at=FRIDAY, stopped_at=later(1), elapsed=hours(1)),
        MetricReading(
            metric="office",
            started_at=FRIDAY,
            stopped_at=later(1),
            calendar="office",
            measure=Measure.OPEN_HOURS,
            elapsed=hours(1),
        ),
    )


def test_a_stop_before_its_start_is_zero() -> None:
    """It was fixed before anybody reported it."""
    assert figures(fixed(incident(POLICY), -5), 2) == {"whole": timedelta(), "office": timedelta()}


def test_the_last_stop_counts_if_a_stop_comes_again() -> None:
    """Resolved, reopened, resolved: until the second."""
    policy = policy_of("metrics:\n  m: { from: reported, to: 'update:all' }\n" + AUDIENCE)
    record = incident(policy)
    for hour in (1, 3):
        record = done(record, "post_update", later(hour), policy, text="We work on it")
    assert figures(record, 9, policy) == {"m": hours(3)}


AUDIENCE = "communication: { audiences: { all: { channels: log } } }\n"


def test_a_metric_that_has_not_begun_or_cannot_be_counted_is_not_read() -> None:
    """A start that is not known, one in the future, a calendar that is not worked out."""
    policy = policy_of("metrics:\n  m: { from: aware, to: fixed }\n")
    assert figures(incident(policy), 9, policy) == {}
    planned = policy_of("metrics:\n  m: { from: 'planned:meeting', to: fixed }\n")
    record = done(incident(planned), "set_date", later(0), planned, date="meeting", at=later(50))
    assert figures(record, 49, planned) == {}
    assert figures(record, 50, planned) == {"m": timedelta()}
    bare = POLICY.changed(slices={})
    assert figures(incident(bare), 2, bare) == {"whole": hours(2)}
