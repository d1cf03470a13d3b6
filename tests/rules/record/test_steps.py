"""The line of a completed step has the note about it."""

import pytest

from tests.specimens import after, an_incident, done


@pytest.mark.parametrize("note", ["", "all of Europe"])
def test_a_step_is_told_with_its_note(note: str) -> None:
    """If there is a note, it is in the line."""
    incident = done(an_incident(), "complete_step", after(1), step="impact", note=note)
    words = "step impact done: Confirm the impact" + (f" ({note})" if note else "")
    assert incident.timeline[-1].summary == words
    assert incident.steps[-1].note == note


def test_steps_that_are_done_along_the_way_have_no_note() -> None:
    """The note of the command that did them is about the command."""
    incident = done(an_incident(), "resolve", after(1), steps=["verify"], note="it works")
    assert [step.note for step in incident.steps] == [""]
