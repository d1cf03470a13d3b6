"""Two policies on one scenario: the comparison shows only what differs, by side."""

from datetime import timedelta

from rehearsal.results.compare import compare
from rehearsal.results.played import Breach
from tests.rehearsal.plays import after, incident, played, reading, refused, said, standing

LATE = Breach(
    incident="incident",
    clock="acknowledge",
    run=1,
    at=after(5),
    late_by=timedelta(minutes=11),
    open=False,
)
STRICT = played(
    incident(
        standing(reading("acknowledge", 16, 5), reading("resolve", 100, 480)),
        said("page", 0, "ana", "level 1"),
        said("page", 5, "bo", "level 2"),
        said("tell", 100, "stakeholders", "resolved"),
        breaches=(LATE,),
    ),
    refusals=(refused("resolve", 90),),
)
LAX = played(
    incident(
        standing(reading("acknowledge", 16, 20), reading("resolve", 100, 480), severity="SEV2"),
        said("page", 0.05, "ana", "first line"),
        said("page", 15, "bo", "level 2"),
        said("tell", 100, "stakeholders", "resolved"),
    )
)


def test_a_rehearsal_does_not_differ_from_itself() -> None:
    """This holds for anything that was played."""
    assert compare(STRICT, STRICT).same
    assert not compare(STRICT, LAX).same


def test_messages_at_about_the_same_time_are_the_same() -> None:
    """A page at another time is another page."""
    found = compare(STRICT, LAX)
    assert [(s.who, s.at) for s in found.said_here] == [("bo", after(5))]
    assert [(s.who, s.at) for s in found.said_there] == [("bo", after(15))]


def test_the_comparison_shows_whether_a_clock_would_have_been_breached() -> None:
    """It exists for this question."""
    assert compare(STRICT, LAX).breached_here == (LATE,)
    assert compare(STRICT, LAX).breached_there == ()
    assert compare(LAX, STRICT).breached_there == (LATE,)


def test_a_clock_that_went_differently_is_shown_from_both_sides() -> None:
    """A different target is enough; a clock that went the same is left out."""
    (difference,) = compare(STRICT, LAX).clocks
    assert difference.clock == "acknowledge"
    assert difference.here is not None
    assert difference.there is not None
    assert (difference.here.status, difference.there.status) == ("breached", "met")


def test_a_clock_that_only_one_policy_has_is_a_difference() -> None:
    """The other side is empty."""
    more = played(incident(standing(reading("acknowledge", 16, 5), reading("assess", 20, 30))))
    (difference,) = compare(played(incident(standing(reading("acknowledge", 16, 5)))), more).clocks
    assert (difference.clock, difference.here) == ("assess", None)


def test_different_refusals_and_ends_are_shown() -> None:
    """One policy may allow what the other refuses."""
    found = compare(STRICT, LAX)
    assert [r.what for r in found.refused_here] == ["resolve"]
    assert found.refused_there == ()
    (end,) = found.ends
    assert (end.here, end.there) == ("review, SEV1", "review, SEV2")


def test_an_incident_of_only_one_policy_is_shown() -> None:
    """The other policy ignores the alert, or refuses the report."""
    (end,) = compare(STRICT, played()).ends
    assert (end.incident, end.there) == ("incident", None)
