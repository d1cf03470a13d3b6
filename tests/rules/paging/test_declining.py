"""Somebody whom the engine paged cannot: the next level is asked, and not they again."""

from typing import Any

import pytest

from models.compiled import EscalationPolicy, Level
from models.incident.escalation import DemandedPage, EscalationProgress
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from rules.paging.declining import (
    decliners,
    page_by_hand,
    page_of_the_following_level,
    with_decliner,
)
from rules.paging.escalation import Page, after_level
from rules.paging.page_lines import PagingLine
from rules.record.decision import Decision, Declined, PageNextLevel, Refusal, TakenUp
from rules.record.timeline import note
from tests.specimens import ANA, POLICY, after, an_incident, done, minutes, outcome

LADDER = POLICY.escalation
DECLINED = Declined("ana", "on a train", after(2))


def paged(level: int = 1, who: str = "ana", cycle: int = 0, **data: Any) -> Incident:
    """An incident whose level paged somebody at one minute."""
    named = {"level": level, "cycle": cycle, "target": f"person:{who}", "recipient": who, **data}
    return note(an_incident(), EntryKind.PAGE_SENT, "page", actor=ANA, now=after(1), **named)


def follows(incident: Incident, under_way: int = 0, **progress: Any) -> PageNextLevel | str:
    """What follows if ana cannot: a page, or the words of a line."""
    asked = EscalationProgress(**{"level": 1, "reached": True, **progress})
    found = page_of_the_following_level(DECLINED, asked, LADDER, incident, under_way=under_way)
    return found.summary if isinstance(found, PagingLine) else found


def test_whoever_cannot_says_why_and_takes_nothing_up() -> None:
    """The reason is on the timeline, and a forgotten acknowledgement stays forgotten."""
    answer = outcome(paged(), "decline", after(2), reason="on a train")
    assert isinstance(answer, Decision)
    line = answer.incident.timeline[-1]
    assert (line.kind, line.summary) == ("escalation.declined", "ana cannot: on a train")
    assert answer.effects == (DECLINED,)
    assert not [e for e in answer.effects if isinstance(e, TakenUp)]


def test_after_the_response_nobody_declines() -> None:
    """Nobody is paged for it any more."""
    over = done(paged(), "cancel", after(3), reason="false_alarm")
    answer = outcome(over, "decline", after(4), reason="late")
    assert isinstance(answer, Refusal)


def test_the_level_after_theirs_is_paged_with_their_reason() -> None:
    """The page says why it comes, and silence goes on from that level."""
    wanted = PageNextLevel("ana cannot: on a train", 2, waits=True, by="ana", at=after(2))
    assert follows(paged()) == wanted


@pytest.mark.parametrize(
    ("incident", "given", "why"),
    [
        (paged(who="bo"), {}, "ana was not paged in this round"),
        (paged(cycle=1), {}, "ana was not paged in this round"),
        (paged(level=3), {"level": 3}, "no level follows in this round"),
        (paged(), {"level": 2}, "level 2 is asked already"),
        (paged(), {"under_way": 2}, "level 2 is asked already"),
        (
            paged(),
            {"demanded": (DemandedPage(reason="bo cannot", level=2),)},
            "level 2 is asked already",
        ),
        (paged(), {"stopped": "acknowledged by bo"}, "acknowledged by bo"),
    ],
)
def test_nobody_further_is_paged_if_somebody_else_is_asked_already(
    incident: Incident, given: dict[str, Any], why: str
) -> None:
    """The line says why: two of one level who decline page the next one once."""
    words = follows(incident, **given)
    assert isinstance(words, str)
    assert words.startswith("ana cannot, and nobody further is paged for that: ")
    assert why in words


def test_a_reader_of_a_paged_channel_can_decline() -> None:
    """Nobody knows who reads it, so anybody who may decline counts as paged."""
    assert isinstance(follows(paged(who="ops", target="channel:ops")), PageNextLevel)


def test_an_acknowledgement_that_helps_nobody_is_gone_on_from() -> None:
    """Its giver cannot, or somebody paged after it; another's page before it asks for nothing."""
    taken = done(paged(), "acknowledge", after(2), actor="bo")

    def again(incident: Incident, who: str) -> bool:
        answer = outcome(incident, "decline", after(5), actor=who, reason="ill")
        assert isinstance(answer, Decision)
        return next(e.again for e in answer.effects if isinstance(e, Declined))

    assert again(taken, "bo")
    assert not again(taken, "ana")
    later = note(
        taken, EntryKind.PAGE_SENT, "page", actor=ANA, now=after(4), recipient="ana", level=2
    )
    assert again(later, "ana")
    assert page_by_hand(DECLINED).level is None


def test_a_decliner_is_left_out_of_this_round_alone() -> None:
    """A new round pages everybody again."""
    progress = with_decliner(with_decliner(EscalationProgress(level=1), "ana"), "ana")
    assert progress.declined == ("ana",)
    assert decliners(progress, 0) == ("ana",)
    assert decliners(progress, 1) == ()
    ladder = EscalationPolicy(name="x", levels=(Level(page=("person:ana",), wait=minutes(5)),))
    page = Page(1, 1, ladder.levels[0], after(9))
    assert after_level(ladder, progress, page, after(5), reached=True).declined == ()
    assert "declined" not in EscalationProgress().model_dump()


def test_a_page_whose_line_has_left_the_record_is_still_known() -> None:
    """The record keeps who was paged: the next level is asked rather than nobody."""
    gone = an_incident().changed(paged=("ana",))
    assert isinstance(follows(gone), PageNextLevel)
    taken = done(gone, "acknowledge", after(2), actor="bo")
    answer = outcome(taken, "decline", after(5), reason="ill")
    assert isinstance(answer, Decision)
    assert [e.again for e in answer.effects if isinstance(e, Declined)] == [True]
