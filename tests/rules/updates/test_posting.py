"""Status updates: their audiences, their promises, and when people may slow the pace."""

import pytest

from models.base import Actor
from models.compiled import Audience, CompiledPolicy
from models.time.cadence import Rhythm, Slower
from models.time.clock import Target
from rules.record.decision import Decision, Outcome, Refusal, TellAudiences
from tests.specimens import ANA, POLICY, after, an_incident, done, minutes, outcome

EVERY = Target(within=minutes(20))
SLOWER = Slower(
    every=Target(within=minutes(60)), begins_after=minutes(120), decided_after=minutes(60)
)


def hearing(*audiences: Audience) -> CompiledPolicy:
    """The specimen, with these audiences."""
    return POLICY.changed(audiences=audiences)


def an_audience(name: str, *, rhythm: Rhythm | None = None) -> Audience:
    """An audience and its pace at SEV1."""
    return Audience(name=name, channels=("log",), rhythms={"SEV1": rhythm} if rhythm else {})


STAFF = an_audience("staff", rhythm=Rhythm(every=EVERY, slower=SLOWER))
BOARD = an_audience("board")


def posted(policy: CompiledPolicy, minute: float = 5, **fields: object) -> Outcome:
    """The outcome of an update."""
    return outcome(
        an_incident(policy), "post_update", after(minute), policy, text="Half works", **fields
    )


@pytest.mark.parametrize(
    ("policy", "named", "told"),
    [
        (hearing(BOARD, STAFF), (), ("staff",)),
        (hearing(BOARD, STAFF), ("board",), ("board",)),
        (hearing(BOARD), (), ("board",)),
        (POLICY, (), ("stakeholders",)),
        (hearing(), (), ()),
    ],
)
def test_an_update_goes_to_the_named_audiences_or_to_all_that_expect_one(
    policy: CompiledPolicy, named: tuple[str, ...], told: tuple[str, ...]
) -> None:
    """If nobody expects one, it goes to everybody."""
    answer = posted(policy, audiences=named)
    assert isinstance(answer, Decision)
    assert answer.effects == (TellAudiences("update", "Half works", told),)
    kept = answer.incident.updates[-1]
    assert (kept.audiences, kept.text, kept.at, kept.actor) == (told, "Half works", after(5), ANA)
    assert answer.summary == f"status update to {', '.join(told) or 'nobody'}: Half works"
    line = answer.incident.timeline[-1]
    assert (line.kind, line.summary, line.actor) == ("update.posted", answer.summary, ANA)
    assert line.data == {"audiences": list(told)}


def test_an_update_to_an_audience_that_the_policy_does_not_have_is_refused() -> None:
    """The refusal lists the known audiences, and nobody gets the update."""
    answer = posted(hearing(BOARD, STAFF), audiences=("board", "press"))
    assert isinstance(answer, Refusal)
    assert answer.message == "the policy has no audience 'press'; it has: board, staff"


def test_the_next_update_is_promised_for_later_only() -> None:
    """It cannot be promised for the past or for now."""
    for minute in (4, 5):
        answer = posted(POLICY, next_at=after(minute))
        assert isinstance(answer, Refusal)
        assert (answer.kind, answer.missing) == ("Refused", ("next_at",))
        assert answer.message == (
            f"the next update cannot be promised for the past: 2026-03-27 16:5{minute}:00 UTC"
        )
    answer = posted(POLICY, next_at=after(6))
    assert isinstance(answer, Decision)
    assert answer.incident.updates[-1].next_at == after(6)
    assert answer.summary == (
        "status update to stakeholders: Half works (the next by 2026-03-27 16:56:00 UTC)"
    )


def test_an_update_that_was_given_earlier_counts_from_then() -> None:
    """The timeline has it at that time."""
    answer = posted(POLICY, 9, happened_at=after(5))
    assert isinstance(answer, Decision)
    assert answer.incident.updates[-1].at == after(5)
    line = answer.incident.timeline[-1]
    assert (line.happened_at, line.recorded_at) == (after(5), after(9))


@pytest.mark.parametrize(
    ("minute", "audience", "message"),
    [
        (90, "press", "the policy has no audience 'press'; it has: staff, board"),
        (90, "board", "the policy has no slower pace for board at SEV1"),
        (
            59,
            "staff",
            "slower updates to staff may be declared from 2026-03-27 17:50:00 UTC on",
        ),
    ],
)
def test_a_slower_pace_is_refused_if_the_policy_does_not_allow_it(
    minute: float, audience: str, message: str
) -> None:
    """The refusal says what would have to be different."""
    policy = hearing(STAFF, BOARD)
    answer = outcome(an_incident(policy), "slow_updates", after(minute), policy, audience=audience)
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.message) == ("Refused", message)


@pytest.mark.parametrize(("minute", "begins"), [(60, "18:50:00"), (150, "19:20:00")])
def test_a_slower_pace_can_be_declared_only_after_its_time(minute: float, begins: str) -> None:
    """It starts when the policy says, or at once if that has passed; its author is kept."""
    policy = hearing(STAFF, BOARD)
    answer = outcome(an_incident(policy), "slow_updates", after(minute), policy, audience="staff")
    assert isinstance(answer, Decision)
    assert answer.summary == f"slower updates to staff from 2026-03-27 {begins} UTC on"
    pace = answer.incident.paces[-1]
    assert (pace.audience, pace.at, pace.actor) == ("staff", after(minute), ANA)
    line = answer.incident.timeline[-1]
    assert (line.kind, line.summary) == ("updates.slowed", answer.summary)
    bo = done(answer.incident, "slow_updates", after(200), policy, audience="staff", actor="bo")
    assert [p.actor for p in bo.paces] == [ANA, Actor(name="bo", via="console")]
