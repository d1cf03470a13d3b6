"""Who is addressed if nobody holds a role."""

from datetime import timedelta
from typing import Any

import pytest

from models.base import Actor
from models.compiled import AuthorityRule, CompiledPolicy, EscalationPolicy, Level, RoleRule
from models.incident.record import Incident, Milestone, RoleHolder
from models.people.schedule import Duty, OnCall
from rules.people.stand_ins import MOST, addressed_by_level, addressed_by_targets, stand_ins
from tests.specimens import POLICY, START, an_incident

NED = Duty(person="ned", because="rotation", since_at=START, until_at=START + timedelta(hours=1))
LADDER = EscalationPolicy(
    name="default",
    levels=(Level(page=("person:bo", "person:cy"), wait=timedelta(minutes=5)),),
)


def policy(*roles: RoleRule, **change: Any) -> CompiledPolicy:
    """A policy with these roles, whose escalation pages bo and cy."""
    fields = {"roles": roles, "escalation": LADDER, "authority": {}, **change}
    return POLICY.changed(**fields)


def incident(*roles: RoleHolder) -> Incident:
    """An incident at START with these holders."""
    return an_incident().changed(roles=roles)


def held(role: str, person: str) -> RoleHolder:
    """Somebody who holds a role since START."""
    return RoleHolder(role=role, person=person, since_at=START)


def people(rules: CompiledPolicy, record: Incident | None = None) -> tuple[str, ...]:
    """The people who stand in for the role lead."""
    return stand_ins("lead", record or incident(), rules, START).people


def test_the_deputy_comes_before_the_default() -> None:
    """It may be a person, or the holder of the deputy's role."""
    assert people(policy(RoleRule(name="lead", deputy="dov", default="eve"))) == ("dov",)
    second = policy(RoleRule(name="lead", deputy="second"), RoleRule(name="second"))
    assert people(second, incident(held("second", "dov"))) == ("dov",)


def test_a_vacant_deputy_leaves_it_to_the_default() -> None:
    """Nobody holds the deputy's role either."""
    rules = policy(RoleRule(name="lead", deputy="second", default="eve"), RoleRule(name="second"))
    assert people(rules) == ("eve",)


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("person:eve", "eve"),
        ("reporter", "ann"),
        ("acknowledger", "abe"),
        ("schedule:night", "ned"),
    ],
)
def test_every_form_of_default_stands_in(default: str, expected: str) -> None:
    """It may be a person, the reporter, the person who acknowledged, or people on call."""
    on_call = OnCall(schedule="night", at=START, duties=(NED,))
    rules = policy(RoleRule(name="lead", default=default), on_call={"night": on_call}, people={})
    record = incident()
    report = record.report.changed(reporter=Actor(name="ann", via="console"))
    acknowledged = Milestone(
        name="acknowledged", at=START, recorded_at=START, actor=Actor(name="abe")
    )
    record = record.changed(report=report, milestones=(*record.milestones, acknowledged))
    assert people(rules, record) == (expected,)


def test_people_who_may_assign_roles_stand_in_without_deputy_and_default() -> None:
    """Authority decides: the holder of a role, or people by name."""
    rules = policy(
        RoleRule(name="lead"),
        RoleRule(name="boss"),
        authority={"assign_role": AuthorityRule(by=("boss",))},
    )
    assert "fin" in people(rules, incident(held("boss", "fin")))


def test_people_who_are_paged_for_incidents_stand_in_if_anyone_may_assign() -> None:
    """Anyone stands for nobody in particular, so the people of the escalation count."""
    assert people(policy(RoleRule(name="lead", default="acknowledger"))) == ("bo", "cy")


def test_not_a_whole_company_stands_in() -> None:
    """Of very many people who may, the first stand in."""
    many = tuple(f"person:p{number}" for number in range(MOST + 3))
    ladder = LADDER.changed(levels=(Level(page=many, wait=timedelta(minutes=5)),))
    assert len(people(policy(RoleRule(name="lead"), escalation=ladder))) == MOST


def test_a_role_that_the_policy_does_not_know_falls_back_too() -> None:
    """A policy without a communication lead still owes updates."""
    found = stand_ins("", incident(), policy(), START)
    assert found.people == ("bo", "cy")
    assert found.as_what == "to assign the communication lead, which nobody holds"


def test_nobody_at_all_is_nobody() -> None:
    """There is no deputy, no default, and nobody who may assign the role."""
    assert people(policy(RoleRule(name="lead"), escalation=None)) == ()


def test_the_leader_is_asked_first_if_anyone_may_assign() -> None:
    """The leading role's holder, or who acknowledged: nobody else needs to be woken."""
    roles = (RoleRule(name="boss"), RoleRule(name="lead"))
    rules = policy(*roles, authority={"assign_role": AuthorityRule()})
    assert people(rules, incident(held("boss", "fin"))) == ("fin",)
    acknowledged = Milestone(
        name="acknowledged", at=START, recorded_at=START, actor=Actor(name="ana")
    )
    record = incident()
    record = record.changed(milestones=(*record.milestones, acknowledged))
    assert people(rules, record) == ("ana",)


def test_a_level_leaves_a_vacant_role_to_the_next_level() -> None:
    """For a level, deputies and defaults stand in, but not people who are paged anyway."""
    rules = policy(RoleRule(name="lead"), RoleRule(name="crew", deputy="eve"))
    for page, holders in ((("role:lead",), {}), (("role:crew", "role:lead"), {"crew": "eve"})):
        level = Level(page=page, wait=timedelta(minutes=5))
        assert addressed_by_level(level, incident(), rules, START).holders == holders
    strict = rules.changed(authority={"assign_role": AuthorityRule(by=("person:gus",))})
    level = Level(page=("role:lead",), wait=timedelta(minutes=5))
    assert addressed_by_level(level, incident(), strict, START).holders == {"lead": "gus"}


def test_only_the_holder_of_a_role_is_addressed() -> None:
    """Nobody stands in for a present holder; targets that are no roles stay as they are."""
    rules = policy(RoleRule(name="lead", deputy="dov"), RoleRule(name="crew", deputy="eve"))
    found = addressed_by_targets(
        ("role:lead", "role:crew", "person:zed"), incident(held("lead", "fin")), rules, START
    )
    assert found.holders == {"lead": "fin", "crew": "eve"}
    assert found.vacant == {"crew": "deputy of crew, which nobody holds"}
