"""Buttons and forms: each counts once, asks what the command takes, and says what became of it."""

from tests.fakes.counterparts.slack import PLACE
from tests.web.callbacks.conftest import ANA, BO, Office, until


async def test_a_button_that_slack_sends_again_is_one_command(office: Office) -> None:
    """Its id follows from what was pressed, and when."""
    incident = await office.reports()
    root, ana = office.root(incident), office.user(ANA)
    assert root
    before = len(ana.told)
    for _ in range(2):
        answer = await ana.presses("Acknowledge", PLACE, root, at="1795.5")
        assert (answer.status_code, answer.content) == (200, b"")
    await until(lambda: len(ana.told) == before + 2)
    assert ana.told[-1].startswith("Done: acknowledge by ana")
    assert ana.told[-2] == ana.told[-1]
    kinds = [entry.kind for entry in (await office.record(incident)).timeline]
    assert kinds.count("incident.acknowledged") == 1
    assert "command.refused" not in kinds


async def test_a_refusal_says_why_to_the_person_alone_and_leaves_a_trace(office: Office) -> None:
    """The record has how they were known."""
    incident = await office.reports()
    root, ana, bo = office.root(incident), office.user(ANA), office.user(BO)
    assert root
    await bo.presses("I cannot", PLACE, root)
    said = await bo.sends_form(reason="on a train")
    assert said["response_action"] == "update"
    assert "Not done" in said["view"]["blocks"][0]["text"]["text"]
    await ana.presses("Acknowledge", PLACE, root)
    refused = [e for e in (await office.record(incident)).timeline if e.kind == "command.refused"]
    assert [(e.actor.name, e.actor.proof) for e in refused] == [("bo", "chat")]


async def test_a_form_asks_as_the_pages_do_and_marks_what_is_wrong(office: Office) -> None:
    """It is sent again until it is right; the same form is one command."""
    incident = await office.reports()
    root, bo = office.root(incident), office.user(BO)
    assert root
    await bo.presses("Take a role", PLACE, root)
    view = office.slack.open_views[-1]
    asked = {b["block_id"]: b["element"]["type"] for b in view["blocks"] if b["type"] == "input"}
    assert (asked["role"], asked["person"]) == ("static_select", "static_select")
    assert asked["happened_at"] == "datetimepicker"
    wrong = await bo.sends_form()
    assert wrong["response_action"] == "errors"
    assert set(wrong["errors"]) == {"role"}
    for _ in range(2):
        said = await bo.sends_form(role="incident_manager", person="bo")
        assert said == {"response_action": "clear"}
    lines = [e.summary for e in (await office.record(incident)).timeline]
    assert lines.count("bo is incident_manager") == 1


async def test_a_form_that_slack_would_not_open_says_so(office: Office) -> None:
    """A trigger lives three seconds, and opens one form."""
    incident = await office.reports()
    root, ana = office.root(incident), office.user(ANA)
    assert root
    office.slack.expires = True
    try:
        await ana.presses("Post update", PLACE, root)
        await until(lambda: bool(ana.told) and "Press the button again" in ana.told[-1])
    finally:
        office.slack.expires = False


async def test_what_is_not_possible_any_more_opens_no_form(office: Office) -> None:
    """The button of an old message."""
    incident = await office.reports()
    root, ana = office.root(incident), office.user(ANA)
    assert root
    old = [dict(block) for block in root.blocks]
    await ana.presses("Resolve", PLACE, root)
    await ana.sends_form()
    await until(lambda: not root.buttons)
    root.blocks = old
    await ana.presses("Post update", PLACE, root)
    await until(lambda: f"not possible while {incident} is in closed" in ana.told[-1])
