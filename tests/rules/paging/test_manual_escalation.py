"""Escalating by hand, and how other commands affect an escalation."""

from datetime import timedelta
from typing import Any

import pytest

from models.base import ENGINE
from models.command import COMMANDS
from models.compiled import AuthorityRule, Branch, CompiledPolicy, OnRaise
from models.incident.record import AttributeChange
from rules.commands.answers import next_steps
from rules.record.decision import (
    Decision,
    DemandAnswered,
    Effect,
    PageNextLevel,
    Refusal,
    TakenUp,
    WatchAcknowledgement,
)
from tests.specimens import ANA, POLICY, after, an_incident, done, minutes, outcome


def policy(**changes: Any) -> CompiledPolicy:
    """The specimen with a changed escalation."""
    assert POLICY.escalation is not None
    return POLICY.changed(escalation=POLICY.escalation.changed(**changes))


WATCHED = policy(forgotten_after=timedelta(minutes=30))


def effects(name: str, under: CompiledPolicy, **fields: object) -> tuple[Effect, ...]:
    """The effects of a command that comes 5 minutes after an acknowledgement."""
    incident = done(an_incident(under), "acknowledge", after(2), under)
    answer = outcome(incident, name, after(5), under, **fields)
    assert isinstance(answer, Decision), answer
    return answer.effects


def refused(**fields: object) -> Refusal:
    """The refusal to escalate."""
    answer = outcome(an_incident(), "escalate", after(5), POLICY, **fields)
    assert isinstance(answer, Refusal), answer
    return answer


def test_a_level_is_paged_with_a_reason_that_stays_on_the_record() -> None:
    """The line says who wanted which level, and why."""
    (effect,) = effects("escalate", POLICY, level=2, note="the database is gone")
    why = "ana asks for level 2: the database is gone"
    assert effect == PageNextLevel(why, 2, waits=True, by="ana", at=after(5))
    answer = outcome(an_incident(), "escalate", after(5), note="help")
    assert isinstance(answer, Decision)
    line = answer.incident.timeline[-1]
    assert (line.kind, line.data["reason"]) == ("escalation.by_hand", "help")
    assert line.summary == "escalated to the next level by ana: help"


def test_an_escalation_to_one_level_pages_nobody_further_and_waits_for_no_answer() -> None:
    """After an acknowledgement no answer withdraws it; before one, the acknowledgement does."""
    (effect,) = effects("escalate", POLICY, only=True, note="help")
    assert isinstance(effect, PageNextLevel)
    assert (effect.once, effect.stays) == (True, True)
    before = outcome(an_incident(), "escalate", after(5), only=True, note="help")
    assert isinstance(before, Decision)
    assert [e.stays for e in before.effects if isinstance(e, PageNextLevel)] == [False]
    assert before.incident.demand_of is None
    assert before.summary == "escalated to the next level and nobody further by ana: help"


def test_an_acknowledgement_answers_those_who_escalated_after_the_first() -> None:
    """Anybody may answer, also the person who asked; a second answer is refused."""
    incident = done(an_incident(), "acknowledge", after(1))
    refusal = outcome(incident, "acknowledge", after(2), actor="bo")
    assert isinstance(refusal, Refusal)
    asked = done(incident, "escalate", after(3), note="help")
    assert asked.demand_of == "ana"
    answer = outcome(asked, "acknowledge", after(4), actor="bo", note="on my way")
    assert isinstance(answer, Decision)
    assert DemandAnswered("bo") in answer.effects
    assert answer.summary == "bo answers ana: the escalation stops (on my way)"
    assert answer.incident.state == asked.state
    assert answer.incident.milestone("acknowledged") == asked.milestone("acknowledged")
    taken = outcome(asked, "link", after(4), actor="bo", target="CHG-1")
    assert isinstance(taken, Decision)
    assert TakenUp("bo") in taken.effects, "whether it answers is known by whom it has paged"
    offered = {step.name: step.says for step in next_steps(POLICY, asked, after(4))}
    assert offered["acknowledge"] == "answer ana, who escalated"
    assert "acknowledge" not in {step.name for step in next_steps(POLICY, incident, after(4))}


def test_an_impossible_escalation_is_refused() -> None:
    """That is an unknown level, no reason, no escalation, or an incident that is over."""
    words = "the escalation default has no level 9; it has 3"
    assert refused(level=9, note="x") == Refusal("Refused", words)
    assert refused(level=1) == Refusal("Refused", "escalating needs a reason: note", ("note",))
    for none in (POLICY.changed(escalation=None), policy(levels=())):
        answer = outcome(an_incident(none), "escalate", after(1), none, note="x")
        assert answer == Refusal("Refused", "the policy names no escalation for this incident")
    over = done(an_incident(), "resolve", after(1), steps=["verify"])
    answer = outcome(over, "escalate", after(2), note="x")
    words = "the incident is review: nobody is paged for it any more"
    assert answer == Refusal("Refused", words)


def test_the_levels_are_those_of_the_ladder_that_counts() -> None:
    """While the flag is raised there is only one level, whose acknowledgement is watched too."""
    assert POLICY.escalation is not None
    short = POLICY.escalation.changed(
        name="short", levels=POLICY.escalation.levels[:1], forgotten_after=minutes(7)
    )
    under = policy(branches=(Branch(when=("flag vip",), follow=short),))
    flag = AttributeChange(name="vip", value="yes", at=after(1), actor=ANA)
    incident = an_incident(under).changed(attributes=(flag,))
    answer = outcome(incident, "escalate", after(5), under, level=2, note="x")
    assert answer == Refusal("Refused", "the escalation short has no level 2; it has 1")
    taken = outcome(incident, "acknowledge", after(5), under)
    assert isinstance(taken, Decision)
    assert WatchAcknowledgement(after(12)) in taken.effects


def test_the_policy_decides_who_may_escalate() -> None:
    """As for every command, the policy decides."""
    strict = POLICY.changed(authority={"escalate": AuthorityRule(by=("person:bo",))})
    answer = outcome(an_incident(strict), "escalate", after(1), strict, note="x")
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.may) == ("NotAuthorised", ("bo",))


def test_an_acknowledgement_is_watched_if_the_policy_says_so() -> None:
    """The wait begins when it is recorded, not when it is said to have happened."""
    answer = outcome(
        an_incident(WATCHED), "acknowledge", after(9), WATCHED, happened_at=after(3).isoformat()
    )
    assert isinstance(answer, Decision)
    assert WatchAcknowledgement(after(9) + minutes(30)) in answer.effects
    assert not any(isinstance(e, TakenUp) for e in answer.effects), "it is no progress itself"
    plain = outcome(an_incident(), "acknowledge", after(9))
    assert isinstance(plain, Decision)
    assert not any(isinstance(effect, WatchAcknowledgement) for effect in plain.effects)


def test_every_command_of_a_person_is_progress_and_none_of_the_engine_is() -> None:
    """Any command by a person takes it up; one that a clock sets off does not."""
    assert TakenUp("ana") in effects("complete_step", WATCHED, step="impact")
    assert TakenUp("bo") in effects("set_severity", WATCHED, severity="SEV1", actor="bo")
    assert TakenUp("ana") in effects("link", WATCHED, target="CHG-1")
    engine = {"actor": ENGINE.name, "via": ENGINE.via, "note": "late"}
    assert not any(
        isinstance(e, TakenUp) for e in effects("hold", WATCHED, reason="third_party", **engine)
    )
    assert not any(isinstance(e, TakenUp) for e in effects("link", POLICY, target="CHG-1"))


def test_a_command_says_whether_its_sender_may_acknowledge() -> None:
    """Any other way to stop the pages would be a detour; what began before keeps its rules."""
    anyone, ana = AuthorityRule(by=("anyone",)), AuthorityRule(by=("person:ana",))
    strict = WATCHED.changed(authority={"acknowledge": ana, "add_lesson": anyone})
    stranger = {"actor": "mallory", "text": "nothing"}
    assert TakenUp("mallory", may_acknowledge=False) in effects("add_lesson", strict, **stranger)
    bystander = {"actor": "cy", "target": "CHG-1"}
    assert TakenUp("cy", may_acknowledge=False) in effects("link", strict, **bystander)
    assert TakenUp("ana") in effects("link", strict, target="CHG-1")
    before = strict.changed(closes_detours=False)
    assert TakenUp("cy") in effects("link", before, **bystander)


def test_a_raised_severity_pages_as_the_policy_says() -> None:
    """It pages the first level again, the next one, or nobody; lowering pages nobody."""
    raised = {"severity": "SEV1", "note": "worse"}

    def pages(on_raise: OnRaise, start: str, **fields: object) -> list[PageNextLevel]:
        under = policy(on_raise=on_raise)
        incident = an_incident(under).changed(severity=start)
        answer = outcome(incident, "set_severity", after(5), under, **fields)
        assert isinstance(answer, Decision), answer
        return [effect for effect in answer.effects if isinstance(effect, PageNextLevel)]

    why = "raised to SEV1 by ana"
    assert pages(OnRaise.RESTART, "SEV2", **raised) == [
        PageNextLevel(why, 1, waits=True, resumes=True, at=after(5))
    ]
    assert pages(OnRaise.CONTINUE, "SEV2", **raised) == [
        PageNextLevel(why, None, waits=True, resumes=True, at=after(5))
    ]
    assert pages(OnRaise.NOTHING, "SEV2", **raised) == []
    assert pages(OnRaise.RESTART, "SEV1", **raised) == []
    lowered = {"severity": "SEV3", "note": "less", "actor": ENGINE.name, "via": ENGINE.via}
    assert pages(OnRaise.RESTART, "SEV1", **lowered) == []


@pytest.mark.parametrize("branch", [{"severities": ("SEV1",)}, {"when": ("flag vip",)}])
def test_a_raised_severity_pages_by_the_escalation_that_counts_then(branch: dict[str, Any]) -> None:
    """The earlier escalation does not page."""
    assert POLICY.escalation is not None
    again = POLICY.escalation.changed(name="worst", on_raise=OnRaise.RESTART)
    under = policy(branches=(Branch(follow=again, **branch),))
    vip = AttributeChange(name="vip", value="yes", at=after(1), actor=ANA)
    incident = an_incident(under).changed(severity="SEV2", attributes=(vip,))
    said = {"severity": "SEV1", "note": "worse"}
    answer = outcome(incident, "set_severity", after(5), under, **said)
    assert isinstance(answer, Decision), answer
    assert any(isinstance(effect, PageNextLevel) for effect in answer.effects)


def test_the_command_is_offered_with_the_others() -> None:
    """It exists as an update, a signal and a console command."""
    assert COMMANDS["escalate"].typed == "escalate"
