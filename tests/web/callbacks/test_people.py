"""Who acts in Slack: a person of the policy, or nobody."""

from typing import Any

import pytest

from tests.fakes.counterparts.slack import PLACE
from tests.web.callbacks.conftest import ANA, BO, STRANGER, Office, until
from web.identity.rates import Rates


async def test_somebody_whom_the_policy_does_not_know_does_nothing_and_learns_how(
    office: Office,
) -> None:
    """Neither by a button, nor by a form, a command or a reaction."""
    incident = await office.reports()
    root, stranger = office.root(incident), office.user(STRANGER)
    assert root
    before = len(office.slack.open_views)
    for label in ("Acknowledge", "Post update"):
        await stranger.presses(label, PLACE, root)
    await until(lambda: len(stranger.told) >= 2)
    how = f"slack: {STRANGER}"
    assert [how in told for told in stranger.told[-2:]] == [True, True]
    for text in ("report", "list", f"show {incident}", f"update {incident} hello", "oncall"):
        said = await stranger.types(text)
        assert how in said["blocks"][0]["text"]["text"], text
    assert len(office.slack.open_views) == before
    words = office.slack.workspace.post(
        office.slack.workspace.conversations[PLACE], BO, "look", thread_ts=root.ts
    )
    await stranger.marks(PLACE, words.ts)
    assert how in stranger.told[-1]
    record = await office.record(incident)
    assert record.state == "reported"
    assert "look" not in str(record.timeline)


@pytest.mark.parametrize(
    "said",
    [
        {"deleted": True},
        {"is_bot": True},
        {"is_stranger": True},
        {"team_id": "T0OTHER"},
        {"is_email_confirmed": False},
    ],
)
async def test_an_address_counts_only_for_members_of_this_workspace(
    office: Office, said: dict[str, Any]
) -> None:
    """In a workspace of their own, anybody can have any address."""
    users = office.slack.workspace
    users.add_user("U0FALSE", "bo@example.com", **said)
    told = await office.user("U0FALSE").types("list")
    assert "slack: U0FALSE" in told["blocks"][0]["text"]["text"]


async def test_a_member_id_counts_whatever_slack_says_about_the_account(office: Office) -> None:
    """The policy says so, and Slack is not asked."""
    calls = len(office.slack.calls("users.info"))
    await office.user(ANA).types("list")
    assert len(office.slack.calls("users.info")) == calls


async def test_a_person_may_ask_only_so_often(office: Office) -> None:
    """As with every other credential; they read how long to wait."""
    people = office.app.state.slack[0]._buttons._people
    rates, people._rates = people._rates, Rates(burst=1, per_second=0.001)
    try:
        await office.user(ANA).types("oncall")
        told = await office.user(ANA).types("oncall")
    finally:
        people._rates = rates
    assert "too many requests" in told["blocks"][0]["text"]["text"]


async def test_an_app_that_may_not_read_addresses_knows_people_by_their_member_id(
    office: Office,
) -> None:
    """Nobody waits for what never comes: the others read how to be known."""
    office.slack.without = {"users.info"}
    try:
        told = await office.user(STRANGER).types("list")
        assert await office.user(ANA).types("report") == {}
    finally:
        office.slack.without = set()
    assert f"slack: {STRANGER}" in told["blocks"][0]["text"]["text"]
