"""People who hold a role in too many incidents, and who hears of that."""

from typing import Any

import pytest

from models.base import Actor
from models.compiled import CompiledPolicy, RoleRule
from models.incident.record import Incident, RoleHolder
from models.incident.timeline import EntryKind
from models.people.workload import ToldRole
from rules.people.roles.roles_at_once import (
    RoleNews,
    assigned_by,
    counted_roles,
    next_role_news,
    overloaded,
)
from rules.record.timeline import note
from states.lifecycle import BEFORE_REVIEW, State
from tests.specimens import POLICY, after, an_incident

ANA, BO = (ToldRole(role="lead", person=person) for person in ("ana", "bo"))
LIMITED = POLICY.changed(roles=(RoleRule(name="lead", at_once=2), RoleRule(name="scribe")))


def led(state: State = State.ASSESSMENT, policy: CompiledPolicy = LIMITED) -> Incident:
    """An incident that ana leads and bo documents."""
    held = tuple(
        RoleHolder(role=role, person=person, since_at=after(0))
        for role, person in (("lead", "ana"), ("scribe", "bo"))
    )
    return an_incident(policy).changed(state=state, roles=held)


@pytest.mark.parametrize("state", list(State))
def test_a_role_counts_during_the_response(state: State) -> None:
    """Only roles that the policy limits count, and reviews overload nobody."""
    expected = (ANA,) if state in BEFORE_REVIEW else ()
    assert counted_roles(led(state), LIMITED) == expected


def test_a_person_who_lost_a_role_is_reported_first() -> None:
    """After that come new holders, then nothing."""
    assert next_role_news([BO], [ANA]) == RoleNews(ANA, holds=False)
    assert next_role_news([BO], []) == RoleNews(BO, holds=True)
    assert next_role_news([BO], [BO]) is None


def test_a_person_beyond_the_policy_s_number_is_overloaded() -> None:
    """This incident counts too; the first of many others are named."""
    assert overloaded(ANA, 2, ("INC-1",)) is None
    assert overloaded(ANA, 2, ("INC-1", "INC-2")) == (
        "ana is lead of 3 incidents at once, and the policy allows at most 2; besides this one: "
        "INC-1, INC-2"
    )
    many = tuple(f"INC-{n}" for n in range(9))
    for count, ends in ((5, "INC-3, INC-4"), (6, "INC-4 and 1 more"), (9, "INC-4 and 4 more")):
        assert (overloaded(ANA, 2, many[:count]) or "").endswith(ends)


@pytest.mark.parametrize(
    ("kind", "by", "data", "told"),
    [
        ("role.assigned", "cy", {}, "cy"),
        ("handover.accepted", "ana", {"giver": "bo"}, "bo"),
        ("role.assigned", "engine", {}, "ana"),
        ("role.assigned", "somebody else", {}, "ana"),
    ],
)
def test_the_assigner_is_told_or_else_the_holder(
    kind: str, by: str, data: dict[str, Any], told: str
) -> None:
    """If the policy assigned it, or nobody it knows, the holder hears of it."""
    actor = Actor(name=by, via="console")
    record = note(
        led(), EntryKind(kind), "", actor=actor, now=after(1), role="lead", person="ana", **data
    )
    record = note(
        record, EntryKind.ROLE_ASSIGNED, "", actor=actor, now=after(1), role="lead", person="bo"
    )
    assert assigned_by(record, ANA, LIMITED) == told


def test_the_holder_is_told_if_the_assigner_is_unknown() -> None:
    """The line may be in the document store already."""
    assert assigned_by(led(), ANA, LIMITED) == "ana"
