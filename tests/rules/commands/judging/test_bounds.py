"""The limits of a record and of its dates."""

from models.incident.record import Incident
from rules.record.decision import Refusal
from states.lifecycle import State
from tests.specimens import a_diagnosed_incident, after, an_incident, done, outcome


def in_review() -> Incident:
    """Resolved at 100 minutes."""
    incident = done(a_diagnosed_incident(), "complete_step", after(99), step="verify")
    return done(incident, "resolve", after(100))


def test_a_full_record_takes_no_more_texts_but_can_always_be_moved_on() -> None:
    """One lesson too many is refused; review, alerts and triggers are not."""
    full = in_review()
    while not isinstance(
        answer := outcome(full, "add_lesson", after(200), text="x" * 4000), Refusal
    ):
        full = answer.incident
    assert "put longer texts into a document" in answer.message
    reviewed = done(full, "submit_review", after(201), lead="ana", aspects={"cause": "x" * 4000})
    assert reviewed.review is not None
    assert done(reviewed, "reopen", after(202)).state is State.DIAGNOSIS


def test_a_fact_from_another_year_is_a_slip() -> None:
    """A fact may lie before the report, but at most a year."""
    answer = outcome(an_incident(), "acknowledge", after(1), happened_at="1900-01-01T00:00:00Z")
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.missing) == ("Malformed", ("happened_at",))
