"""Whom a page reaches, and over which channels."""

from datetime import UTC, datetime, timedelta

import pytest

from models.compiled import Person
from models.contracts.notifying import Delivery
from models.messages.message import Message, MessageKind
from models.people.schedule import Duty, GapKind, OnCall
from models.people.workload import AskLeave, BindingLimit, PageLimit, PageLimits
from rules.paging.channels import (
    MOST_OF_A_SUBJECT,
    PageTarget,
    binding_limit,
    channel_chain,
    leave_for,
    paging_chain,
    resolve_targets,
)

PEOPLE = {
    "alice": Person(name="alice", email="alice@example.org", channels=("pager", "mail")),
    "bob": Person(name="bob", email="bob@example.org"),
}


def test_targets_mean_people_role_holders_and_channels() -> None:
    """Each kind of target resolves to its people or channels, in the policy's order."""
    found = resolve_targets(
        ("role:incident_manager", "person:bob", "channel:ops"),
        {"incident_manager": "alice"},
        PEOPLE,
    )
    assert found.pages == (
        PageTarget("role:incident_manager", "alice", "alice@example.org", ("pager", "mail")),
        PageTarget("person:bob", "bob", "bob@example.org", ()),
        PageTarget("channel:ops", "ops", None, ("ops",)),
    )
    assert found.nobody == ()


def test_somebody_named_twice_is_paged_once() -> None:
    """A person under two targets, and a channel named twice, get one page."""
    targets = ("person:alice", "role:lead", "person:alice", "channel:x", "channel:x")
    found = resolve_targets(targets, {"lead": "alice"}, PEOPLE)
    assert [page.target for page in found.pages] == ["person:alice", "channel:x"]


def test_a_channel_and_a_person_of_one_name_are_two() -> None:
    """A channel that has a person's name is not that person."""
    found = resolve_targets(("person:alice", "channel:alice"), {}, PEOPLE)
    assert len(found.pages) == 2


@pytest.mark.parametrize("target", ["role:empty", "role:unheld", "person:", "channel:", "alice"])
def test_targets_that_reach_nobody_are_listed(target: str) -> None:
    """A role that nobody holds, or a target that is none, pages nobody and is listed once."""
    found = resolve_targets((target, target), {"empty": ""}, PEOPLE)
    assert found.pages == ()
    assert found.nobody == (target,)


def test_a_stranger_is_paged_by_name() -> None:
    """A role holder whom the policy does not know is paged on the policy's paging channels."""
    found = resolve_targets(("role:lead",), {"lead": "zoe"}, PEOPLE)
    assert found.pages == (PageTarget("role:lead", "zoe"),)
    assert paging_chain(found.pages[0], ("pager",), {"pager": "mail"}) == ("pager", "mail")


def test_own_channels_come_before_the_policy_s() -> None:
    """People with own channels get pages there; the policy's come only as fallbacks."""
    page = PageTarget("person:alice", "alice", channels=("sms",))
    assert paging_chain(page, ("pager",), {"sms": "mail"}) == ("sms", "mail")


@pytest.mark.parametrize(
    ("channels", "fallbacks", "chain"),
    [
        ((), {}, ()),
        (("a",), {}, ("a",)),
        (("a",), {"a": "b", "b": "c"}, ("a", "b", "c")),
        (("a",), {"a": "b", "b": "a"}, ("a", "b")),
        (("a",), {"a": "a"}, ("a",)),
        (("a", "b"), {"a": "c", "b": "d", "c": "b"}, ("a", "b", "c", "d")),
        (("a", "b"), {"a": "b", "b": "c"}, ("a", "b", "c")),
        (("a", "a"), {}, ("a",)),
    ],
)
def test_chains_follow_fallbacks_without_loops(
    channels: tuple[str, ...], fallbacks: dict[str, str], chain: tuple[str, ...]
) -> None:
    """All named channels come first, then their fallbacks in turn, none twice."""
    assert channel_chain(channels, fallbacks) == chain


def test_a_schedule_means_everybody_on_call_by_it() -> None:
    """Each is paged once, with the schedule as the reason; if nobody is on call, nobody is."""
    until = datetime(2026, 3, 2, 9, tzinfo=UTC)
    since = {"since_at": until - timedelta(days=7), "until_at": until}
    duties = tuple(
        Duty(person=who, because="override", **since) for who in ("alice", "bob", "alice")
    )
    found = resolve_targets(
        ("person:bob", "schedule:primary", "schedule:night", "schedule:unknown"),
        {},
        PEOPLE,
        {
            "primary": OnCall(schedule="primary", at=since["since_at"], duties=duties),
            "night": OnCall(schedule="night", at=until, gap=GapKind.DECLARED),
        },
    )
    assert [(page.target, page.recipient, page.via) for page in found.pages] == [
        ("person:bob", "bob", ""),
        ("schedule:primary", "alice", "primary, override until 2026-03-02 09:00 UTC"),
    ]
    assert found.nobody == ("schedule:night", "schedule:unknown")


def test_a_role_that_several_hold_pages_all_of_them() -> None:
    """Each gets one page, even if they are also named themselves."""
    found = resolve_targets(
        ("role:experts", "person:bo"), {"experts": "ana"}, {}, further={"experts": ("bo", "cy")}
    )
    assert [page.recipient for page in found.pages] == ["ana", "bo", "cy"]
    assert {page.target for page in found.pages} == {"role:experts"}


def test_every_channel_is_its_own_target_and_comes_before_people() -> None:
    """Both are in the order of the policy."""
    found = resolve_targets(("channel:ops", "channel:war-room", "person:bob"), {}, PEOPLE)
    assert [page.recipient for page in found.pages] == ["ops", "war-room", "bob"]


def test_a_person_with_the_name_of_a_role_is_paged_alone() -> None:
    """The person who holds that role was not named."""
    found = resolve_targets(("person:experts",), {}, {}, further={"experts": ("bo", "cy")})
    assert [page.recipient for page in found.pages] == ["experts"]


OWN, COMMON, ROOM = (PageLimit(most=most, within=timedelta(minutes=15)) for most in (5, 10, 20))
LIMITS = PageLimits(person=COMMON, channels={"ops": ROOM, "alice": ROOM})


@pytest.mark.parametrize(
    ("page", "limits", "whom", "limit"),
    [
        (PageTarget("channel:ops", "ops"), LIMITS, "channel:ops", ROOM),
        (PageTarget("channel:quiet", "quiet"), LIMITS, "", None),
        (PageTarget("role:lead", "alice"), LIMITS, "person:alice", COMMON),
        (PageTarget("role:lead", "alice", limit=OWN), LIMITS, "person:alice", OWN),
        (PageTarget("role:lead", "alice", limit=OWN), PageLimits(), "person:alice", OWN),
        (PageTarget("role:lead", "alice"), PageLimits(), "", None),
    ],
)
def test_a_page_is_bound_by_the_limit_of_its_recipient(
    page: PageTarget, limits: PageLimits, whom: str, limit: PageLimit | None
) -> None:
    """A channel has its own limit; a person has their own, else that of everybody, else none."""
    bound = limit and BindingLimit(whom=whom, limit=limit, urgency=2, escalation=True)
    assert binding_limit(page, limits, 2, escalation=True) == bound


def test_a_resolved_person_brings_their_own_limit() -> None:
    """So does their address. A page counts as one by escalation only if it says so."""
    people = {"alice": Person(name="alice", limit=OWN)}
    (page,) = resolve_targets(("person:alice",), {}, people).pages
    bound = binding_limit(page, PageLimits(), 2)
    assert bound == BindingLimit(whom="person:alice", limit=OWN, urgency=2, escalation=False)


@pytest.mark.parametrize("withdraw", [None, "acknowledged"])
def test_a_bound_page_asks_for_leave_with_the_facts_of_a_summary(withdraw: str | None) -> None:
    """Its subject is cut. A page without limits asks nobody."""
    message = Message(
        key="k",
        kind=MessageKind.PAGE,
        incident_id="INC-1",
        recipient="alice",
        address="alice@example.org",
        subject="x" * 500,
        body="",
        severity="SEV2",
        reason="silence",
        facts={},
    )
    free = Delivery(message=message, channels=("pager", "mail"), withdraw=withdraw)
    assert leave_for(free) is None
    bound = BindingLimit(whom="person:alice", limit=OWN, urgency=2)
    assert leave_for(free.changed(bound=bound)) == AskLeave(
        key="k",
        incident_id="INC-1",
        subject="x" * MOST_OF_A_SUBJECT,
        severity="SEV2",
        bound=bound,
        channels=("pager", "mail"),
        address="alice@example.org",
        withdraw=withdraw is not None,
    )
