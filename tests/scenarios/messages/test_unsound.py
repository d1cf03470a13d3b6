"""Commands that cannot be meant are refused."""

import pytest

from states.lifecycle import State
from tests.scenarios.stage import Stage

BLANK = {"actor": "ana", "text": "  "}


async def test_an_update_that_says_nothing_changes_nothing_but_that_it_was_tried(
    stage: Stage,
) -> None:
    """Refused as malformed, by its field."""
    await stage.report()
    refusal = await stage.refused("post_update", text="  ")
    assert (refusal["refusal"], refusal["missing"]) == ("Malformed", ["text"])
    refusal = await stage.refused("cancel", reason="duplicate_of", duplicate_of=stage.handle.id)
    assert refusal["message"] == "duplicate_of: is this incident itself"
    record = await stage.record()
    assert (record.updates, record.state) == ((), State.REPORTED)
    tried = [entry.data["command"] for entry in record.timeline if entry.kind == "command.refused"]
    assert tried == ["post_update", "cancel"]


async def test_a_signal_that_says_nothing_becomes_a_refused_line(stage: Stage) -> None:
    """Nobody is told of a blank update; the line names the signal and the field."""
    await stage.report()
    await stage.handle.signal("post_update", BLANK)
    await stage.settled()
    record = await stage.record()
    assert record.updates == ()
    last = record.timeline[-1]
    assert (last.kind, last.actor.name) == ("command.refused", "ana")
    assert last.summary == "post_update: text: is blank"


@pytest.mark.parametrize(
    ("name", "payload", "summary"),
    [
        ("acknowledge", {"actor": 5}, "acknowledge: actor: Input should be a valid string"),
        ("mitigate", {"actor": "ana"}, "mitigate is refused: it is not possible in state reported"),
        ("close", {"actor": "ana"}, "ana may not close; may: incident_manager (nobody yet"),
        ("resume", {"actor": "ana"}, "resume: the incident is not on hold"),
        ("acknowlege", {"actor": "ana"}, "there is no signal 'acknowlege' (1 arguments): perhaps"),
        ("xyz", {}, "there is no signal 'xyz' (1 arguments)"),
    ],
)
async def test_the_line_of_a_refused_signal_names_it(
    stage: Stage, name: str, payload: dict[str, object], summary: str
) -> None:
    """Whoever reads the story sees what was tried, in a line that is read to its end."""
    await stage.report()
    await stage.handle.signal(name, payload)
    await stage.settled()
    last = (await stage.record()).timeline[-1]
    assert last.kind == "command.refused"
    assert last.summary.startswith(summary)
    assert len(last.summary) < 220
