"""A status update counts as given once a channel took it for somebody."""

from datetime import timedelta

from models.incident.record import Incident
from rules.record.update_reach import (
    given_to,
    is_news,
    missed_words,
    with_missed_update,
    with_taken_update,
)
from rules.updates.cadence import cadence_readings
from tests.specimens import POLICY, after, an_incident, done

AUDIENCE = "stakeholders"


def told() -> Incident:
    """An update at minute 10."""
    free = POLICY.changed(authority={})
    return done(an_incident(free), "post_update", after(10), free, text="x", audiences=[AUDIENCE])


def since(incident: Incident) -> list[object]:
    """Since when the audience waits for the next update, and in which run."""
    readings = cadence_readings(POLICY, incident, after(20))
    return [(reading.run, reading.started_at) for reading in readings]


def test_an_update_counts_until_a_channel_refuses_it() -> None:
    """An update exactly at the limit is in time."""
    assert since(told()) == [(2, after(10))]


def test_an_update_that_every_channel_refused_was_not_given() -> None:
    """The clock goes on as if it had not been given, and the timeline says why."""
    incident = with_missed_update(told(), 0, AUDIENCE, "status: no answer in time", after(11))
    assert given_to(AUDIENCE, incident) == ()
    assert since(incident) == [(1, after(0))]
    line = incident.timeline[-1]
    assert (line.kind, line.summary) == (
        "update.unreached",
        f"{missed_words(AUDIENCE)}: status: no answer in time",
    )


def test_an_update_that_a_channel_takes_later_counts_from_then() -> None:
    """The time of sending does not count, because nobody had read it by then."""
    incident = with_missed_update(told(), 0, AUDIENCE, "no answer", after(11))
    incident = with_taken_update(incident, 0, AUDIENCE, after(15))
    assert since(incident) == [(2, after(15))]


def test_an_update_that_is_taken_at_once_counts_from_when_it_was_given() -> None:
    """Seconds on the way do not matter, nor does another channel that refuses it."""
    incident = with_taken_update(told(), 0, AUDIENCE, after(10) + timedelta(seconds=3))
    assert since(incident) == [(2, after(10))]
    assert not is_news(incident, 0, AUDIENCE, final=True)
    again = with_taken_update(incident, 0, AUDIENCE, after(19))
    assert again == incident


def test_an_unreached_update_is_news_once_and_again_when_it_is_given_up() -> None:
    """Further failed attempts inform nobody."""
    assert is_news(told(), 0, AUDIENCE, final=False)
    incident = with_missed_update(told(), 0, AUDIENCE, "no answer", after(11))
    assert not is_news(incident, 0, AUDIENCE, final=False)
    assert is_news(incident, 0, AUDIENCE, final=True)


def test_an_update_that_is_not_on_record_is_nobodys() -> None:
    """Updates from before they had numbers change nothing."""
    assert not is_news(told(), 7, AUDIENCE, final=True)
    assert with_taken_update(told(), 7, AUDIENCE, after(11)) == told()
