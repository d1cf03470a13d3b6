"""Demands on an escalation: which make one page, wait, are answered or dropped."""

from datetime import datetime
from typing import Any

import pytest

from models.compiled import EscalationPolicy, Level
from models.contracts.notifying import Delivery
from models.incident.escalation import DemandedPage, EscalationProgress
from models.messages.message import Message, MessageKind
from models.people.workload import BindingLimit, PageLimit
from rules.paging.channels import withdrawable
from rules.paging.demands import (
    answers_escalation,
    asks_again,
    comes_before_silence,
    demand_due,
    goes_on_after,
    keep_unreached,
    next_demand,
    page_on_demand,
    reached_by,
    sets_going,
    without_withdrawn,
)
from rules.paging.escalation import EXHAUSTED, Page, after_level, next_page, resumed
from rules.paging.page_lines import until_answered
from rules.paging.page_request import PageRequest, page_key
from rules.paging.withdrawal import Withdrawal, withdrawal
from tests.specimens import POLICY, after, an_incident, done, minutes

THREE = EscalationPolicy(
    name="three",
    levels=tuple(Level(page=(f"person:{name}",), wait=minutes(5)) for name in ("ana", "bo", "cy")),
)
ACKNOWLEDGED = EscalationProgress(level=1, pages=1, reached=True, stopped="acknowledged by ana")


def demand(at: float, level: int | None = None, **fields: Any) -> DemandedPage:
    """A demand for a level, or the next one, at a minute."""
    return DemandedPage(**{"reason": f"why at {at}", "level": level, "at": after(at), **fields})


def progress(*demanded: DemandedPage, **fields: Any) -> EscalationProgress:
    """An escalation that paged level 1 and has these demands."""
    return EscalationProgress(**{"level": 1, "pages": 1, **fields}, demanded=demanded)


def test_demands_of_one_instant_and_level_are_one_page_with_every_reason() -> None:
    """The next level and its number are one level; another instant or level is another page."""
    asked = (demand(5, reason="a"), demand(5, 2, reason="b", stays=True), demand(5, 3), demand(6))
    taken = next_demand(progress(*asked), 3, after(6))
    assert taken is not None
    assert taken.demanded is not None
    assert (taken.demanded.reason, taken.demanded.stays) == ("a; b", True)
    assert taken.progress.demanded == asked[2:]


def test_a_level_that_was_paged_at_this_very_instant_is_not_paged_again() -> None:
    """A demand of the same instant that comes a moment later is met by that page."""
    paged: dict[str, Any] = {"demanded_at": after(5), "demanded_level": 2, "demanded_of": ("bo",)}
    for asked, level in ((demand(5), 2), (demand(5, 2), 2), (demand(5, 2), 3)):
        taken = next_demand(progress(asked, level=level, **paged), 3, after(5))
        assert taken is not None
        assert (taken.demanded, taken.reason) == (None, "why at 5")
    nobody = {**paged, "demanded_of": ()}
    others = ((demand(6), paged), (demand(5, 3), paged), (demand(5, 2), nobody))
    for asked, was in others:
        taken = next_demand(progress(asked, level=2, **was), 3, after(6))
        assert taken is not None
        assert taken.demanded is not None


def test_a_demand_that_joined_a_page_goes_on_as_if_it_had_paged() -> None:
    """A person sets the ladder going, a raised severity restarts it, a clock moves it."""
    paged: dict[str, Any] = {"demanded_level": 1, "demanded_of": ("ana",)}
    stopped = progress(stopped="acknowledged by cy", level=2, **paged)
    going = goes_on_after(
        stopped, demand(5, by="dee", waits=True), THREE, after(5), acknowledged=True
    )
    assert (going.stopped, going.level, going.next_at) == (None, 1, after(10))
    assert (going.called_by, going.called) == ("dee", ("ana",))
    silent = progress(level=2, next_at=after(7), **paged)
    raised = demand(5, 1, waits=True, resumes=True)
    for other in (raised, demand(5, 1, waits=True, clocks=("resolve",))):
        moved = goes_on_after(silent, other, THREE, after(5), acknowledged=False)
        assert (moved.level, moved.next_at, moved.pages) == (1, after(10), silent.pages)
    again = demand(5, 1, waits=True, by="dee")
    assert goes_on_after(silent, again, THREE, after(5), acknowledged=False).next_at == after(7)
    alone = demand(5, 1, waits=True, by="dee", once=True)
    assert goes_on_after(stopped, alone, THREE, after(5), acknowledged=True).stopped


def test_demands_that_become_one_page_keep_what_each_asks_for() -> None:
    """Only a person who does not ask for one level alone makes the escalation go on."""
    clock, alone = (
        demand(5, 2, waits=True, stays=True, clocks=("fix",)),
        demand(5, 2, by="eve", once=True),
    )
    person = demand(5, 2, by="dee", waits=True)
    for asked, by, once in (
        ((clock, alone), None, False),
        ((alone, clock), None, False),
        ((alone,), "eve", True),
        ((alone, person), "dee", False),
        ((clock, alone, person), "dee", False),
    ):
        taken = next_demand(progress(*asked, stopped="acknowledged by cy"), 3, after(5))
        assert taken is not None
        assert taken.demanded is not None
        assert (taken.demanded.by, taken.demanded.once) == (by, once)


def test_a_demand_that_is_left_to_the_end_of_a_wait_does_not_come_before_it() -> None:
    """So a clock that is due at that instant comes first, and there is one page."""
    left = demand(5, 2, beside=True, not_before=after(10))
    assert not comes_before_silence(progress(left, next_at=after(10)), 3, after(10))
    assert comes_before_silence(progress(left, next_at=after(15)), 3, after(10))


def test_a_demand_that_waits_for_hours_is_due_when_they_begin_unless_the_escalation_goes_on() -> (
    None
):
    """A running escalation pages the level itself; a stopped one does not."""
    waiting = demand(5, 2, not_before=after(60))
    stopped = progress(waiting, stopped="acknowledged by ana")
    assert not demand_due(stopped, after(59))
    assert stopped.page_due_at == after(60)
    assert demand_due(stopped, after(60))
    going_on = progress(waiting, next_at=after(90))
    assert not demand_due(going_on, after(60))
    assert going_on.page_due_at == after(90)
    assert reached_by(going_on, 2, ("bo",)).demanded == ()
    assert reached_by(going_on, 1, ("ana",)).demanded == (waiting,)


@pytest.mark.parametrize(
    ("opens_at", "more", "left"),
    [
        (after(60), {}, [(2, after(60))]),
        (after(60), {"once": True}, [(2, after(60))]),
        (None, {}, [(3, None)]),
        (None, {"once": True}, []),
    ],
)
def test_a_demand_that_reached_nobody_waits_or_goes_on_to_the_next_level(
    opens_at: datetime | None, more: dict[str, Any], left: list[tuple[int, datetime | None]]
) -> None:
    """It waits for the level's hours; if these never come, it demands the next level."""
    stopped = progress(stopped="acknowledged by ana")
    found = keep_unreached(stopped, demand(5, stays=True, **more), 2, 3, opens_at=opens_at)
    assert [(d.level, d.not_before) for d in found.demanded] == left
    assert keep_unreached(stopped, demand(5), 3, 3, opens_at=None).demanded == ()
    assert keep_unreached(progress(), demand(5), 2, 3, opens_at=None).demanded == ()


ANSWERED = Withdrawal("acknowledged by ana")
OVER = Withdrawal("resolved by ana", over=True, running=frozenset({"regulator"}))


def test_an_answer_withdraws_what_the_escalation_asked_for_and_the_end_everything() -> None:
    """A page that a clock asked for stays until the incident is over, or until the clock stops."""
    asked = progress(
        demand(1, by="ana"),
        demand(2, stays=True, clocks=("resolve",)),
        demand(3, stays=True, clocks=("regulator",)),
    )
    assert [d.at for d in without_withdrawn(asked, ANSWERED).demanded] == [after(2), after(3)]
    assert [d.at for d in without_withdrawn(asked, OVER).demanded] == [after(3)]


def test_the_record_decides_which_clocks_run_on() -> None:
    """During the response nothing is over; afterwards, clocks that did not stop run on."""
    incident = done(an_incident(), "set_milestone", after(1), milestone="aware")
    assert withdrawal("why", incident, POLICY, after(2)) == Withdrawal("why")
    over = done(incident, "cancel", after(2), reason="false_alarm")
    found = withdrawal("why", over, POLICY, after(3))
    assert (found.over, found.running) == (True, frozenset({"regulator"}))


def test_an_escalation_by_hand_after_an_acknowledgement_goes_on_from_that_level() -> None:
    """It does so in the first round, as if it reached nobody; asked only once, it stays stopped."""
    asked = demand(30, by="ana", waits=True, cause=9)
    going, page = page_on_demand(ACKNOWLEDGED, asked, THREE, after(30), acknowledged=True)
    assert (going.called_by, going.stopped, going.reached, going.cause) == ("ana", None, False, 9)
    assert page == Page(2, 0, THREE.levels[1], after(35))
    once = asked.changed(once=True)
    still, page = page_on_demand(ACKNOWLEDGED, once, THREE, after(30), acknowledged=True)
    assert still == ACKNOWLEDGED
    assert page == Page(2, 0, THREE.levels[1], None)


@pytest.mark.parametrize("tried", [(2, 3, 1), (2, 3)])
def test_an_escalation_that_reaches_nobody_at_night_begins_again_at_its_level(
    tried: tuple[int, ...],
) -> None:
    """So does an incident that began before, which did not try the first level."""
    asked = demand(30, by="ana", waits=True)
    going, _ = page_on_demand(
        ACKNOWLEDGED, asked, THREE, after(30), acknowledged=True, tries_all=len(tried) == 3
    )
    for number in tried:
        page = Page(number, 0, THREE.levels[number - 1], after(35))
        going = after_level(THREE, going, page, after(30), reached=False, opens_at=after(600))
    assert (going.level, going.next_at, going.opens_at) == (1, after(600), None)


@pytest.mark.parametrize("fields", [{"by": "ana"}, {"resumes": True}])
def test_a_round_that_begins_in_the_middle_and_reaches_nobody_tries_the_levels_before(
    fields: dict[str, Any],
) -> None:
    """Levels 2 and 3 are asleep, so level 1 is paged at once, in the same round."""
    asked = demand(30, 2, waits=True, **fields)
    going, page = page_on_demand(ACKNOWLEDGED, asked, THREE, after(30), acknowledged=True)
    assert isinstance(page, Page)
    going = after_level(THREE, going, page, after(30), reached=False, opens_at=after(600))
    third = next_page(THREE, going, after(30))
    assert isinstance(third, Page)
    going = after_level(THREE, going, third, after(30), reached=False, opens_at=after(500))
    first = next_page(THREE, going, after(30))
    assert isinstance(first, Page)
    assert (first.level, first.cycle, going.next_at) == (1, 0, after(30))
    reached = after_level(THREE, going, first, after(30), reached=True)
    assert (reached.level, reached.next_at, reached.turned) == (1, after(35), False)
    asleep = after_level(THREE, going, first, after(30), reached=False, opens_at=after(700))
    assert (asleep.next_at, asleep.turned) == (after(500), False)


def test_a_demand_that_waits_beside_the_escalation_leaves_it_where_it_is() -> None:
    """It has a line of its own, so its page has a key of its own, and it waits once."""
    asked = demand(30, 3, waits=True, by="cy")
    waiting = keep_unreached(GOING, asked, 3, 3, opens_at=after(35), cause=12)
    assert keep_unreached(waiting, asked, 3, 3, opens_at=after(35), cause=14) == waiting
    assert waiting.page_due_at == after(35)
    taken = next_demand(waiting, 3, after(35))
    assert taken is not None
    assert taken.demanded is not None
    assert (taken.demanded.cause, taken.demanded.beside) == (12, True)
    going, page = page_on_demand(
        taken.progress, taken.demanded, THREE, after(35), acknowledged=True
    )
    assert going == GOING
    assert isinstance(page, Page)
    assert page.aside


def test_silence_and_a_demand_that_waited_for_the_same_level_are_one_page() -> None:
    """If both fall on one instant, the escalation pages it; if that reaches somebody, both do."""
    waiting = keep_unreached(GOING, demand(30, 3, by="cy"), 3, 3, opens_at=after(40), cause=12)
    assert next_demand(waiting, 3, after(40)) is None
    assert reached_by(waiting, 3, ("cy",)).demanded == ()


def test_the_paged_person_answers_but_neither_the_requester_nor_a_bystander_does() -> None:
    """If a channel was paged, anybody who may acknowledge can answer but the person who asked."""
    called = EscalationProgress(called_by="ana", called=("bo", "ana"))
    found = [answers_escalation(called, name, may_acknowledge=True) for name in ("ana", "bo", "cy")]
    assert found == [False, True, False]
    assert answers_escalation(called, "bo", may_acknowledge=False), "a page asks for an answer"
    room = EscalationProgress(called_by="ana", called=("channel:ops",))
    found = [answers_escalation(room, name, may_acknowledge=True) for name in ("ana", "cy")]
    assert found == [False, True]
    assert not answers_escalation(room, "mallory", may_acknowledge=False)
    assert not answers_escalation(EscalationProgress(called_by="ana"), "bo", may_acknowledge=True)


def test_only_those_who_may_acknowledge_take_up_what_was_forgotten_or_reopened() -> None:
    """Others do something, but the escalation goes on."""
    going = EscalationProgress(resumed=True)
    assert answers_escalation(going, "bo", may_acknowledge=True)
    assert not answers_escalation(going, "mallory", may_acknowledge=False)
    assert not answers_escalation(EscalationProgress(), "bo", may_acknowledge=True)


def test_a_forgotten_acknowledgement_does_not_page_people_whom_a_clock_just_paged() -> None:
    """It goes on from that level after its wait; later it pages the level again."""
    paged = progress(level=2, stopped="acknowledged by ana", answer_by=after(15))
    assert (resumed(paged, after(10)).level, resumed(paged, after(10)).next_at) == (2, after(15))
    assert (resumed(paged, after(15)).level, resumed(paged, after(15)).next_at) == (1, after(15))
    assert resumed(progress(level=2, stopped="x"), after(10), demanded=True).level == 2


def test_a_forgotten_acknowledgement_pages_the_level_that_was_answered() -> None:
    """Pages that clocks or people asked for meanwhile, of other levels, do not move it."""
    paged = progress(level=3, stopped="acknowledged by ana", answer_by=after(45))
    again = resumed(paged, after(31), answered=1, tries_all=True)
    page = next_page(THREE, again, after(31))
    assert isinstance(page, Page)
    assert (page.level, page.next_at) == (1, after(36))
    for level in (1, 2):
        just_paged = progress(level=level, stopped="acknowledged by ana", answer_by=after(35))
        again = resumed(just_paged, after(31), answered=1)
        assert (again.level, again.next_at) == (level, after(35))


def test_a_demand_sets_a_ladder_going_that_ended_without_an_answer() -> None:
    """It goes on after the level asked for; who asks for one level alone sets nothing going."""
    ended = progress(level=3, stopped=EXHAUSTED)
    asked = sets_going(ended, demand(60, 2, waits=True, clocks=("resolve",)))
    going, page = page_on_demand(ended, asked, THREE, after(60), acknowledged=False)
    assert isinstance(page, Page)
    going = after_level(THREE, going, page, after(60), reached=True)
    assert (going.stopped, going.level, going.next_at) == (None, 2, after(65))
    for other in (demand(60, 2, waits=True, by="ana"), demand(60, 2, waits=True, once=True)):
        assert sets_going(ended, other) == other
    clock = demand(60, 2, waits=True)
    assert sets_going(ACKNOWLEDGED, clock) == clock


def test_a_demand_that_reaches_nobody_goes_around_the_ladder_once() -> None:
    """After the last level come the levels before the one that was asked for."""
    stopped = progress(level=1, stopped="acknowledged by ana")
    asked: DemandedPage | None = demand(60, 2, stays=True, clocks=("resolve",))
    tried: list[int] = []
    while asked:
        taken = next_demand(stopped.changed(demanded=(asked,)), 3, after(60))
        assert taken is not None
        assert taken.demanded is not None
        level = taken.demanded.level
        assert level is not None
        tried.append(level)
        alone = taken.progress.changed(demanded_at=after(60), level=level)
        left = keep_unreached(alone, taken.demanded, level, 3, opens_at=None, around=True)
        stopped, asked = left, next(iter(left.demanded), None)
    assert tried == [2, 3, 1]


def test_whoever_could_not_is_asked_again_once_the_round_has_ended() -> None:
    """Except by a demand of their own, and while the round goes on."""
    could_not = ACKNOWLEDGED.changed(declined=("cy", "bo"))
    assert asks_again(could_not, demand(60, 3)).declined == ()
    assert asks_again(could_not, demand(60, 3, by="cy")).declined == ("cy",)
    going = GOING.changed(declined=("cy",))
    assert asks_again(going, demand(60, 3)) == going


def test_a_key_names_the_line_the_level_and_the_round_of_its_page() -> None:
    """So no two pages share a key."""
    asked = PageRequest(Page(2, 1, THREE.levels[1], None), THREE, "why", after(5), 7)
    assert page_key("INC-1", asked) == "INC-1/page-7.2.2"


def test_pages_are_withdrawn_and_reminders_are_not() -> None:
    """An answer withdraws pages of levels; only the end withdraws pages that a clock asked for."""
    said = Message(
        key="k", kind=MessageKind.PAGE, incident_id="INC-1", recipient="ana",
        subject="", body="", severity="SEV1", reason="",
    )  # fmt: skip
    bound = BindingLimit(
        whom="person:ana",
        limit=PageLimit(most=3, within=minutes(5)),
        urgency=1,
        escalation=True,
    )
    owed = Delivery(message=said, channels=("pager",), bound=bound)
    of_level, of_clock = (until_answered(owed, stays=stays) for stays in (False, True))
    assert withdrawable(of_level, ANSWERED)
    assert not withdrawable(of_clock, ANSWERED)
    assert withdrawable(of_clock, OVER)
    assert not withdrawable(of_clock.changed(clocks=("regulator",)), OVER)
    reminder = said.changed(kind=MessageKind.REMINDER)
    told = Delivery(message=reminder, channels=("pager",), until_answered=True)
    assert not withdrawable(told, OVER)


GOING = EscalationProgress(level=2, pages=2, next_at=after(40), reached=True)


@pytest.mark.parametrize(("level", "once"), [(1, False), (2, False), (1, True), (3, True)])
def test_a_level_that_a_person_asks_for_again_puts_off_nothing(level: int, once: bool) -> None:  # noqa: FBT001 - a case
    """Level 3 is still due when it was; the page comes besides."""
    asked = demand(30, by="cy", waits=True, level=level, once=once)
    going, page = page_on_demand(GOING, asked, THREE, after(30), acknowledged=False)
    assert going == GOING
    assert isinstance(page, Page)
    assert (page.level, page.aside) == (level, True)
    for reached in (True, False):
        then = after_level(THREE, going, page, after(30), reached=reached)
        assert (then.level, then.next_at, then.pages) == (2, after(40), 3)


def test_a_higher_level_that_a_person_asks_for_is_where_silence_goes_on() -> None:
    """So it is with an incident that began before, at any level."""
    asked = demand(30, by="cy", waits=True, level=3)
    _, page = page_on_demand(GOING, asked, THREE, after(30), acknowledged=False)
    assert isinstance(page, Page)
    assert not page.aside
    again = demand(30, by="cy", waits=True, level=1)
    _, old = page_on_demand(GOING, again, THREE, after(30), acknowledged=False, postpones=True)
    assert isinstance(old, Page)
    assert (old.level, old.aside) == (1, False)
