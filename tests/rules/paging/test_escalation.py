"""The next page follows from the policy, the earlier pages, and the time."""

from collections import Counter
from datetime import datetime
from typing import Any

from models.alert import Alert, AlertRecord, AlertStatus
from models.compiled import Branch, EscalationPolicy, Level
from models.incident.escalation import EscalationProgress
from rules.paging.escalation import (
    NoPage,
    Page,
    PassOver,
    WaitForAnswer,
    after_level,
    forced_page,
    in_force,
    next_page,
    resumed,
    still_firing,
    stopped,
    targets_in_turn,
)
from tests.specimens import POLICY, REPORT, after, an_incident, minutes

ESCALATION = POLICY.escalation


def paged(level: int, cycle: int, next_at: datetime) -> EscalationProgress:
    """Progress after a page."""
    return EscalationProgress(level=level, cycle=cycle, pages=1, next_at=next_at)


def test_a_new_incident_pages_the_first_level_at_once() -> None:
    """Nobody waits before the first page."""
    page = next_page(ESCALATION, EscalationProgress(), after(0))
    assert isinstance(page, Page)
    assert (page.level, page.cycle, page.next_at) == (1, 0, after(5))


def test_silence_pages_the_next_level_exactly_when_the_wait_is_over() -> None:
    """The wait belongs to the level that was paged."""
    progress = paged(1, 0, after(5))
    assert next_page(ESCALATION, progress, after(4.99)) == WaitForAnswer(after(5))
    page = next_page(ESCALATION, progress, after(5))
    assert isinstance(page, Page)
    assert page.targets.page == ("person:bo", "role:incident_manager")
    assert page.next_at == after(5) + minutes(10)


def test_the_escalation_repeats_after_the_last_level_as_often_as_the_policy_says() -> None:
    """repeat: 1 means two rounds in all."""
    page = next_page(ESCALATION, paged(3, 0, after(30)), after(30))
    assert isinstance(page, Page)
    assert (page.level, page.cycle) == (1, 1)
    assert next_page(ESCALATION, paged(3, 1, after(60)), after(60)) == NoPage(
        "every level was paged"
    )


def test_a_stopped_escalation_pages_nobody() -> None:
    """After an acknowledgement, silence means nothing."""
    progress = EscalationProgress(level=1, pages=1, stopped="acknowledged by ana")
    assert next_page(ESCALATION, progress, after(500)) == NoPage("acknowledged by ana")


def test_a_deadline_pages_the_next_level_even_after_an_acknowledgement() -> None:
    """A breach demands it; after the last level, the last is paged again."""
    page = forced_page(ESCALATION, EscalationProgress(level=1, stopped="acknowledged by ana"))
    assert isinstance(page, Page)
    assert page.level == 2
    last = forced_page(ESCALATION, EscalationProgress(level=3))
    assert isinstance(last, Page)
    assert last.level == 3


def test_a_policy_without_escalation_says_so() -> None:
    """Without levels there is no page, but a reason."""
    assert isinstance(next_page(None, EscalationProgress(), after(0)), NoPage)


def ladder(*levels: Level, **more: Any) -> EscalationPolicy:
    """An escalation of these levels."""
    return EscalationPolicy(name="a", levels=levels, **more)


def of(name: str, **more: Any) -> Level:
    """A level of one person, five minutes long."""
    return Level(page=(f"person:{name}",), wait=minutes(5), **more)


def test_the_first_branch_that_fits_counts() -> None:
    """Its severity and all of its conditions must fit; if no branch fits, the main levels count."""
    slow, gold = ladder(of("bo")), ladder(of("cy"))
    whole = ladder(
        of("ana"),
        branches=(
            Branch(severities=("SEV3",), follow=slow),
            Branch(severities=("SEV1", "SEV2"), when=("plan=gold",), follow=gold),
        ),
    )
    incident = an_incident()
    assert in_force(whole, incident, after(1)) is whole
    incident = incident.changed(severity="SEV3")
    assert in_force(whole, incident, after(2)) == slow
    report = REPORT.changed(attributes={"plan": "gold"})
    assert in_force(whole, an_incident(report=report), after(1)) == gold
    assert in_force(None, incident, after(1)) is None


def test_a_level_for_firing_alerts_is_passed_over_if_none_fires() -> None:
    """The level after it still comes at its time."""
    policy = ladder(of("ana"), of("bo", if_firing=True))
    assert isinstance(next_page(policy, paged(1, 0, after(5)), after(5)), Page)
    passed = next_page(policy, paged(1, 0, after(5)), after(5), firing=False)
    assert passed == PassOver(2, 0, "none of its alerts fires any more", after(10))


def test_an_incident_without_alerts_counts_as_firing() -> None:
    """Nobody said that it is over; an incident whose alerts were all taken over does not go on."""
    assert still_firing(an_incident())
    fires = Alert(fingerprint="a", name="a", status=AlertStatus.FIRING, started_at=after(0))
    seen = AlertRecord(alert=fires, first_seen_at=after(0), last_seen_at=after(0), times_seen=1)
    gone = seen.changed(taken_over_by="INC-2")
    incident = an_incident()
    assert still_firing(incident.changed(alerts={"a": seen}))
    assert not still_firing(incident.changed(alerts={"a": gone}))


def test_a_level_that_reached_nobody_is_followed_by_the_next_at_once() -> None:
    """The wait begins only if somebody was reached."""
    policy = ladder(of("ana"), of("bo"))
    page = next_page(policy, EscalationProgress(), after(0))
    assert isinstance(page, Page)
    reached = after_level(policy, EscalationProgress(), page, after(0), reached=True)
    assert (reached.level, reached.pages, reached.next_at) == (1, 1, after(5))
    unreached = after_level(policy, EscalationProgress(), page, after(0), reached=False)
    assert (unreached.level, unreached.next_at) == (1, after(0))


def test_a_round_outside_all_hours_begins_again_with_the_first_hours() -> None:
    """It begins neither at once nor never; if somebody was reached, the rounds go on as usual."""
    policy = ladder(of("ana"), of("bo"), repeat=1)
    progress = EscalationProgress()
    for reached, opens in ((False, 90), (False, 60)):
        page = next_page(policy, progress, after(0))
        assert isinstance(page, Page)
        progress = after_level(
            policy, progress, page, after(0), reached=reached, opens_at=after(opens)
        )
    assert (progress.level, progress.cycle, progress.next_at) == (0, 0, after(60))
    again = next_page(policy, progress, after(60))
    assert isinstance(again, Page)
    assert (again.level, again.cycle) == (1, 0)
    assert next_page(policy, progress, after(59)) == WaitForAnswer(after(60))


def test_hours_that_began_while_another_level_waited_are_not_missed() -> None:
    """Level 2 is passed over and waits; then the hours of level 1 begin, and it is paged at once.

    Without this, the escalation would end and claim that everybody was paged.
    """
    policy = ladder(of("ana"), of("bo"), of("lead"))
    progress = EscalationProgress(level=1, pages=1, next_at=after(0), opens_at=after(3))
    waits = PassOver(2, 0, "quiet", after(5))
    progress = after_level(policy, progress, waits, after(0), reached=False)
    page = next_page(policy, progress, after(5))
    assert isinstance(page, Page)
    then = after_level(policy, progress, page, after(5), reached=False)
    assert (then.level, then.next_at) == (0, after(5))
    again = next_page(policy, then, after(5))
    assert isinstance(again, Page)
    assert again.level == 1


def test_people_who_were_reached_in_a_round_are_not_waited_for() -> None:
    """Level 1 was paged and level 2 is asleep, so the second round comes at once."""
    policy = ladder(of("ana"), of("bo"), repeat=1)
    progress = EscalationProgress(level=1, pages=1, reached=True, next_at=after(5))
    page = next_page(policy, progress, after(5))
    assert isinstance(page, Page)
    then = after_level(policy, progress, page, after(5), reached=False, opens_at=after(600))
    assert (then.level, then.next_at) == (2, after(5))


def test_a_forgotten_acknowledgement_resumes_from_the_level_where_it_stopped() -> None:
    """It pages that level again in the same round, then the next."""
    was = EscalationProgress(level=2, cycle=1, pages=4, stopped="acknowledged by ana")
    page = next_page(ESCALATION, resumed(was, after(40)), after(40))
    assert isinstance(page, Page)
    assert (page.level, page.cycle) == (2, 1)
    never = resumed(EscalationProgress(stopped="acknowledged by ana"), after(40))
    assert isinstance(next_page(ESCALATION, never, after(40)), Page)


def test_the_first_reason_to_stop_an_escalation_is_kept() -> None:
    """After that, no acknowledgement is watched any more."""
    watching = EscalationProgress(level=1, stopped="acknowledged by ana", forgotten_at=after(9))
    assert stopped(watching, "review by bo").stopped == "acknowledged by ana"
    assert stopped(watching, "review by bo").forgotten_at is None


def test_everybody_has_as_many_turns_over_many_incidents() -> None:
    """The incident's id alone decides who begins; each next level and round moves one on."""
    three = ("person:ana", "person:bo", "person:cy")
    firsts = Counter(targets_in_turn(f"INC-260327-{n:04}", three, 1, 0)[0] for n in range(3000))
    assert all(900 < count < 1100 for count in firsts.values())
    order = targets_in_turn("INC-1", three, 1, 0)
    assert targets_in_turn("INC-1", three, 1, 0) == order
    assert (
        targets_in_turn("INC-1", three, 2, 0)[0]
        == targets_in_turn("INC-1", three, 1, 1)[0]
        == order[1]
    )
    assert set(order) == set(three)
