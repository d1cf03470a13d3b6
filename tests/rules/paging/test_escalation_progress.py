"""How far an escalation has come: rounds, hours, demands, and what stops and resumes it."""

from datetime import datetime
from typing import Any

import pytest

from models.compiled import Branch, EscalationPolicy, Level
from models.incident.escalation import EscalationProgress
from models.incident.record import AttributeChange
from rules.paging.escalation import (
    MOST_LOOKS,
    NoPage,
    Page,
    WaitForAnswer,
    after_level,
    begins_anew,
    begun_again,
    forced_page,
    in_force,
    next_page,
    resumed,
    stopped,
    targets_in_turn,
    why_silence_pages,
)
from tests.specimens import ANA, POLICY, after, an_incident, minutes

TWO = EscalationPolicy(
    name="two",
    levels=(
        Level(page=("person:ana",), wait=minutes(5)),
        Level(page=("person:bo",), wait=minutes(5)),
    ),
    repeat=1,
)


def then(progress: EscalationProgress, now: float, *, reached: bool, **more: Any) -> Any:
    """The progress after the page that silence asks for."""
    page = next_page(TWO, progress, after(now))
    assert isinstance(page, Page)
    return after_level(TWO, progress, page, after(now), reached=reached, **more)


def test_a_ladder_that_waits_for_a_shift_looks_every_ten_minutes_and_says_nothing() -> None:
    """It says when it begins again, and looks only so often; hours alone need no looks."""
    waits: dict[str, Any] = {"reached": False, "opens_at": after(600)}
    asleep = then(then(EscalationProgress(), 0, **waits), 0, **waits)
    assert (asleep.next_at, asleep.quiet_until) == (after(600), None)
    progress, now = EscalationProgress(), 0.0
    for _ in range(3):
        assert progress.quiet(after(now)) is (now > 0)
        progress = then(then(progress, now, gap=True, **waits), now, **waits)
        now += 10
        assert (progress.next_at, progress.quiet_until) == (after(now), after(600))
        assert begins_anew(progress)
    reached = then(progress, now, reached=True)
    assert (reached.quiet_until, reached.next_at) == (None, after(now + 5))
    last = then(then(progress, 595, gap=True, **waits), 595, **waits)
    assert (last.next_at, last.quiet_until) == (after(600), None)
    tired = progress.changed(gap_looks=MOST_LOOKS)
    tired = then(then(tired, now, gap=True, **waits), now, **waits)
    assert (tired.next_at, tired.quiet_until) == (after(600), None)


def test_a_branch_counts_from_when_its_condition_holds() -> None:
    """A condition that somebody sets later leads to other levels from then on."""
    gold = EscalationPolicy(name="gold", levels=TWO.levels)
    whole = TWO.changed(branches=(Branch(when=("plan=gold",), follow=gold),))
    change = AttributeChange(name="plan", value="gold", at=after(10), actor=ANA)
    incident = an_incident().changed(attributes=(change,))
    assert in_force(whole, incident, after(9)) is whole
    assert in_force(whole, incident, after(10)) == gold


@pytest.mark.parametrize("policy", [None, EscalationPolicy(name="empty", levels=())])
def test_a_demand_pages_nobody_if_there_are_no_levels(policy: EscalationPolicy | None) -> None:
    """The escalation says so."""
    assert isinstance(forced_page(policy, EscalationProgress()), NoPage)


@pytest.mark.parametrize(
    ("waits_from", "next_at"), [(after(30), after(35)), (None, after(12)), (after(0), after(5))]
)
def test_a_demanded_page_moves_the_wait_only_if_it_waits_for_an_answer(
    waits_from: datetime | None, next_at: datetime
) -> None:
    """Otherwise the next level keeps its time."""
    progress = EscalationProgress(level=1, cycle=1, next_at=after(12))
    page = forced_page(TWO, progress, 2, waits_from=waits_from)
    assert page == Page(2, 1, TWO.levels[1], next_at)


def test_reached_people_count_for_their_round_only() -> None:
    """The first reached ana. In the second all are asleep, so it waits for who wakes first."""
    progress = then(EscalationProgress(), 0, reached=True)
    assert progress.reached
    progress = then(progress, 5, reached=False, opens_at=after(20))
    assert (progress.reached, progress.opens_at) == (True, after(20))
    progress = then(progress, 5, reached=False, opens_at=after(300))
    assert (progress.cycle, progress.reached, progress.opens_at) == (1, False, after(300))
    progress = then(progress, 5, reached=False, opens_at=after(400))
    assert (progress.level, progress.next_at, progress.opens_at) == (0, after(300), None)
    assert (progress.reached, progress.pages) == (False, 4)


def test_a_forgotten_acknowledgement_begins_a_round_of_its_own() -> None:
    """People whom the first level reached before are asleep, so it waits until somebody wakes."""
    one = TWO.changed(levels=TWO.levels[:1], repeat=0)
    was = EscalationProgress(level=1, pages=1, reached=True, stopped="acknowledged by ana")
    again = resumed(was, after(40))
    page = next_page(one, again, after(40))
    assert isinstance(page, Page)
    found = after_level(one, again, page, after(40), reached=False, opens_at=after(90))
    assert (found.level, found.next_at) == (0, after(90))


def test_an_acknowledgement_while_a_page_is_on_its_way_stops_what_would_follow() -> None:
    """It does not matter whether the page reached anybody, or whose hours begin."""
    page = next_page(TWO, EscalationProgress(level=1), after(5))
    assert isinstance(page, Page)
    acknowledged = stopped(EscalationProgress(level=1), "acknowledged by ana")
    for reached in (True, False):
        found = after_level(TWO, acknowledged, page, after(5), reached=reached, opens_at=after(60))
        assert (found.level, found.next_at) == (2, None)


def test_a_page_says_why_it_comes() -> None:
    """A new incident, a silent level, a round that waited, or a forgotten acknowledgement."""
    said = [
        why_silence_pages(EscalationProgress(level=level, pages=pages, resumed=again, reached=True))
        for level, pages, again in ((0, 0, False), (1, 1, False), (0, 2, False), (1, 1, True))
    ]
    assert len(set(said)) == 4
    assert said[:2] == ["new incident", "nobody acknowledged"]
    unreached = EscalationProgress(level=1, pages=1)
    assert why_silence_pages(unreached) == "nobody on an earlier level could be paged"


@pytest.mark.parametrize(("level", "cycle"), [(1, 0), (2, 1), (None, 1)])
def test_a_restarted_escalation_is_no_longer_stopped(level: int | None, cycle: int) -> None:
    """It begins at the first level, with all its rounds."""
    acknowledged = EscalationProgress(
        level=2, cycle=1, stopped="acknowledged by ana", forgotten_at=after(60)
    )
    again = begun_again(acknowledged, level, resumed=True)
    assert (again.stopped, again.forgotten_at, again.resumed) == (None, None, True)
    assert (again.level, again.cycle) == (2, cycle)
    assert not begun_again(acknowledged, level, resumed=False).resumed


def test_a_demand_does_not_resume_a_running_escalation() -> None:
    """Nobody had acknowledged, so an acknowledgement still stops it."""
    going_on = EscalationProgress(level=2, cycle=1, next_at=after(9))
    assert begun_again(going_on, 2, resumed=True) == going_on
    assert begun_again(going_on, 1, resumed=True) == going_on.changed(cycle=0)


def test_a_forgotten_acknowledgement_resumes_at_once() -> None:
    """It pages the last level again; only one more acknowledgement is watched."""
    was = EscalationProgress(level=1, stopped="acknowledged by ana", forgotten_at=after(40))
    again = resumed(was, after(40))
    assert (again.level, again.next_at) == (0, after(40))
    assert (again.resumed, again.forgotten_at) == (True, None)


def test_a_stopped_escalation_waits_for_nothing() -> None:
    """Nothing is due, nobody is waited for, and no acknowledgement is watched."""
    was = EscalationProgress(level=1, next_at=after(9), resumed=True, forgotten_at=after(40))
    found = stopped(was, "taken up by bo")
    assert (found.stopped, found.next_at) == ("taken up by bo", None)
    assert (found.resumed, found.forgotten_at) == (False, None)
    assert next_page(POLICY.escalation, was, after(8)) == WaitForAnswer(after(9))


def test_the_turns_of_an_open_incident_never_change() -> None:
    """Another version of the engine must not page somebody else halfway through."""
    three = ("person:ana", "person:bo", "person:cy")
    firsts = [targets_in_turn(f"INC-260327-{n}", three, 1, 0)[0] for n in range(4)]
    assert firsts == [f"person:{name}" for name in ("bo", "cy", "cy", "ana")]
