"""Holders of roles on the record: until when, next to whom, and who hears of it."""

from datetime import datetime

import pytest

from models.base import ENGINE, MONITORING
from models.compiled import CompiledPolicy
from models.people.schedule import Duty, OnCall
from rules.people.roles.assigning import MOST_HOLDERS
from rules.people.roles.holders import by_default, holder, is_filled, reporter_of
from rules.record.decision import Remind
from states.lifecycle import State
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import ANA, START, after, done

POLICY = staffed(
    "roles: { lead: { required: { SEV1: 5m }, unfilled: escalate, discouraged_with: scribe },"
    " scribe: { required: { SEV1: 5m }, unfilled: escalate }, experts: { count: 2-3 },"
    " crowd: { count: many } }\n"
)


def on_call(*shifts: tuple[str, float, float]) -> CompiledPolicy:
    """The policy with shifts, each in a schedule of its own: who, from when, until when."""
    duties = [
        Duty(person=person, because="rotation", since_at=after(since), until_at=after(until))
        for person, since, until in shifts
    ]
    found = {
        str(number): OnCall(schedule=str(number), at=START, duties=(duty,))
        for number, duty in enumerate(duties)
    }
    return POLICY.changed(on_call=found)


@pytest.mark.parametrize(
    ("at", "until"),
    [(-1, None), (0, after(60)), (30, after(60)), (60, after(90)), (90, None)],
)
def test_a_role_is_held_until_the_end_of_the_shift_in_which_it_was_taken(
    at: float, until: datetime | None
) -> None:
    """Of two shifts at once, the one that ends first counts; off duty there is no such end."""
    policy = on_call(("ana", 0, 60), ("ana", 0, 90), ("bo", 0, 45))
    held = holder("lead", "ana", after(at), policy)
    assert (held.role, held.person, held.since_at, held.until_at) == (
        "lead",
        "ana",
        after(at),
        until,
    )


def test_a_person_on_call_holds_a_given_role_until_the_shift_ends() -> None:
    """The shift is the one at which they took the role, not at which it was recorded."""
    policy = on_call(("bo", 0, 9))
    fields = {"role": "lead", "person": "bo"}
    early = done(reported(policy), "assign_role", after(10), policy, happened_at=after(8), **fields)
    assert [(h.since_at, h.until_at) for h in early.roles] == [(after(8), after(9))]
    late = done(reported(policy), "assign_role", after(10), policy, **fields)
    assert [(h.since_at, h.until_at) for h in late.roles] == [(after(10), None)]


def test_a_role_that_falls_vacant_leaves_the_others_filled() -> None:
    """Each role has its own spells, which begin and end at the stated times."""
    incident = reported(POLICY)
    for role, person in (("lead", "ana"), ("scribe", "bo")):
        incident = done(incident, "assign_role", after(1), POLICY, role=role, person=person)
    incident = done(
        incident, "unassign_role", after(9), POLICY, role="scribe", happened_at=after(7)
    )
    spells = {spell.role: (spell.from_at, spell.until_at) for spell in incident.role_spells}
    assert spells == {"lead": (after(1), None), "scribe": (after(1), after(7))}
    assert incident.holders("lead") == ("ana",)


def test_a_role_is_filled_by_as_many_as_it_needs() -> None:
    """If it needs two to three, two fill it and one does not."""
    rule = POLICY.role("experts")
    assert rule is not None
    incident = done(reported(POLICY), "assign_role", after(1), POLICY, role="experts", person="ana")
    assert not is_filled(rule, incident)
    incident = done(incident, "assign_role", after(2), POLICY, role="experts", person="bo")
    assert is_filled(rule, incident)


@pytest.mark.parametrize(("first", "second"), [("lead", "scribe"), ("scribe", "lead")])
def test_a_combination_that_is_advised_against_is_told_in_whichever_order(
    first: str, second: str
) -> None:
    """It applies to one person: two people may share the two roles, and one role twice is fine."""
    incident = done(reported(POLICY), "assign_role", after(1), POLICY, role=first, person="ana")
    apart = done(incident, "assign_role", after(2), POLICY, role=second, person="bo")
    again = done(incident, "assign_role", after(2), POLICY, role=first, person="ana")
    assert lines(apart, "role.discouraged") == lines(again, "role.discouraged") == []
    other = done(incident, "assign_role", after(2), POLICY, role="crowd", person="ana")
    assert lines(other, "role.discouraged") == []
    both = done(incident, "assign_role", after(2), POLICY, role=second, person="ana")
    [line] = (entry for entry in both.timeline if entry.kind == "role.discouraged")
    assert line.summary == f"ana is {second} and {first}: the policy advises against it"
    assert (line.actor, line.recorded_at) == (ENGINE, after(2))


def test_a_person_is_told_of_a_role_unless_they_changed_it_themselves() -> None:
    """The timeline says why the role was taken back."""
    given = decided(reported(POLICY), "assign_role", 1, POLICY, role="lead", person="bo")
    assert given.effects == (Remind("bo", "you are lead of this incident"),)
    assert given.summary == "bo is lead"
    moved = decided(given.incident, "assign_role", 2, POLICY, role="lead", person="cy")
    assert moved.summary == "cy is lead, after bo"
    back = decided(moved.incident, "unassign_role", 3, POLICY, role="lead", note="ill")
    assert (back.summary, back.effects) == (
        "cy is no longer lead (ill)",
        (Remind("cy", "you are no longer lead"),),
    )
    own = decided(moved.incident, "unassign_role", 3, POLICY, role="lead", actor="cy")
    assert (own.summary, own.effects) == ("cy is no longer lead", ())


def test_a_role_without_a_maximum_has_at_most_fifty_holders() -> None:
    """This keeps a record small."""
    people = {f"p{n}": POLICY.people["ana"] for n in range(MOST_HOLDERS + 1)}
    policy = POLICY.changed(people=people)
    incident = reported(policy)
    for number in range(MOST_HOLDERS):
        fields = {"role": "crowd", "person": f"p{number}", "actor": "p1"}
        incident = done(incident, "assign_role", after(1), policy, **fields)
    fields = {"role": "crowd", "person": f"p{MOST_HOLDERS}", "actor": "p1"}
    assert "50 holders" in refused(incident, "assign_role", 2, policy, **fields).message


def test_a_holder_of_a_role_that_moves_by_consent_can_be_given_it_again() -> None:
    """The engine may do so, and so may an override."""
    policy = staffed(
        "roles: { lead: {} }\nhandover: { remind_after: 8h }\n"
        "authority: { override: { by: [dee], needs: reason, guards: [handover] } }\n"
    )
    fields = {"role": "lead", "person": "bo"}
    incident = done(reported(policy), "assign_role", after(1), policy, **fields)
    assert done(incident, "assign_role", after(2), policy, **fields).holders("lead") == ("bo",)
    fields = {"role": "lead", "person": "cy"}
    refused(incident, "assign_role", 2, policy, **fields)
    for by in (
        {"actor": ENGINE.name, "via": ENGINE.via},
        {"actor": "dee", "override": "bo sleeps"},
    ):
        moved = done(incident, "assign_role", after(2), policy, **fields, **by)
        assert moved.holders("lead") == ("cy",)


@pytest.mark.parametrize(
    ("reporter", "known", "found"),
    [
        (ANA, True, "ana"),
        (ANA, False, "ana"),
        (ANA.changed(name="zed"), True, None),
        (MONITORING, False, None),
        (ENGINE, False, None),
    ],
)
def test_the_reporter_takes_a_role_only_if_the_policy_knows_them(
    reporter: object,
    known: bool,  # noqa: FBT001 - a case
    found: str | None,
) -> None:
    """This applies if the policy has people; monitoring and the engine count as nobody."""
    policy = POLICY if known else POLICY.changed(people={})
    assert reporter_of(reported(policy, reporter=reporter), policy) == found


def test_a_default_holder_takes_a_role_beside_its_other_holders() -> None:
    """They hold it from the time of the command that gives it to them."""
    incident = done(reported(POLICY), "assign_role", after(1), POLICY, role="experts", person="bo")
    taken = by_default(
        incident, POLICY, "experts", "ana", "why", actor=ANA, now=after(9), happened_at=after(8)
    )
    assert [(h.person, h.since_at) for h in taken.roles] == [("bo", after(1)), ("ana", after(8))]
    line = taken.timeline[-1]
    assert (line.happened_at, line.recorded_at, line.summary) == (after(8), after(9), "why")
    assert line.data == {"role": "experts", "person": "ana"}


def test_a_default_holder_of_a_discouraged_pair_is_told_so() -> None:
    """A person who is given such a role hears the same."""
    incident = done(reported(POLICY), "assign_role", after(1), POLICY, role="scribe", person="ana")
    taken = by_default(incident, POLICY, "lead", "ana", "why", actor=ANA, now=after(9))
    line = taken.timeline[-1]
    assert (line.kind, line.recorded_at) == ("role.discouraged", after(9))


def test_an_unfit_person_is_told_who_is_on_call_and_could_take_the_role() -> None:
    """That person comes first, however the role would have reached them."""
    policy = staffed("roles: { lead: { qualification: commander } }\n")
    duty = Duty(person="cy", because="rotation", since_at=START, until_at=after(60))
    found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=after(60))
    policy = policy.changed(on_call={"primary": found})
    why = "bo is not qualified for lead, which needs commander; could: cy, ana"
    incident = reported(policy)
    fields = {"role": "lead", "person": "bo"}
    assert refused(incident, "assign_role", 1, policy, **fields).message == why
    taken = by_default(incident, policy, "lead", "bo", "x", actor=ANA, now=after(1))
    line = taken.timeline[-1]
    assert (line.kind, line.data) == ("role.not_taken", {"role": "lead"})
    assert line.summary == f"bo does not take lead: {why}"
    led = done(incident, "assign_role", after(1), policy, role="lead", person="ana")
    assert refused(led, "hand_over", 2, policy, role="lead", to="bo").message == (
        "bo is not qualified for lead, which needs commander; could: cy"
    )


def test_every_missing_role_is_named_with_people_who_could_fill_it() -> None:
    """It also says how many hold it; people on call come first."""
    policy = staffed(
        "roles: { vip: { required_in: { resolution: SEV1 }, when: flag personal_data },"
        " experts: { count: 2-3, required_in: { resolution: SEV1 } },"
        " contact: { qualification: outside, required_in: { resolution: SEV1 } } }\n"
    )
    duty = Duty(person="cy", because="rotation", since_at=START, until_at=after(60))
    found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=after(60))
    policy = policy.changed(on_call={"primary": found})
    incident = reported(policy).changed(state=State.DIAGNOSIS)
    incident = done(incident, "assign_role", after(1), policy, role="experts", person="ana")
    assert refused(incident, "begin_resolution", 2, policy).missing == (
        "role experts is not filled enough (1 of 2): assign_role (could: cy, eve, bo, dee)",
        "role contact is not filled: assign_role (could: nobody qualifies)",
    )
