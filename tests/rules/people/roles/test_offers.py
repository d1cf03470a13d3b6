"""Offers of roles: who hears what, what ends an offer, and who held a role for long."""

from datetime import timedelta
from typing import Any

import pytest

from models.base import ENGINE
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.people.schedule import Duty, OnCall
from rules.deadlines.pending import pending_points, when_nobody_answered
from rules.record.decision import PageRole, Refusal, Remind
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import START, after, done

POLICY = staffed(
    "roles: { lead: { deputy: cy, duties: Leads, discouraged_with: scribe,"
    " required: { SEV1: 5m }, unfilled: escalate },"
    " scribe: { not_also: clerk }, clerk: {}, experts: { count: many } }\n"
    "handover: { required: [status], accept_within: 15m, remind_after: 8h }\n"
    "authority: { assign_role: dee }\n"
)
SAID: dict[str, Any] = {"content": {"status": "cards fail"}}


def given(policy: CompiledPolicy = POLICY, **roles: str) -> Incident:
    """An incident with these roles given by dee at 1 minute."""
    incident = reported(policy)
    for role, person in roles.items():
        fields = {"role": role, "person": person, "actor": "dee"}
        incident = done(incident, "assign_role", after(1), policy, **fields)
    return incident


def offered(role: str = "lead", to: str = "bo", of: Incident | None = None) -> Incident:
    """Ana offers a role at 10 minutes."""
    incident = of or given(lead="ana")
    return done(incident, "hand_over", after(10), POLICY, role=role, to=to, **SAID)


def test_a_person_who_is_offered_a_role_is_paged_with_all_information() -> None:
    """The note and each duty are on lines of their own, and the offer keeps them."""
    answer = decided(
        given(lead="ana"), "hand_over", 10, POLICY, role="lead", to="bo", note="call me", **SAID
    )
    reason = "ana hands lead over to you"
    text = (
        f"{reason}\nstatus: cards fail\ncall me\nYour duties:\n- Leads\n"
        "accept-handover INC-260327-TEST lead, or decline-handover"
    )
    assert answer.effects == (PageRole("person:bo", reason, text),)
    assert answer.summary == "ana hands lead over to bo, who has to accept (call me)"
    [offer] = answer.incident.handovers
    assert (offer.note, offer.content, offer.at) == ("call me", SAID["content"], after(10))


def test_nobody_takes_a_role_by_handing_it_over_to_themselves() -> None:
    """Neither the deputy nor somebody who may give roles: the holder is asked."""
    incident = given(lead="ana")
    for actor in ("cy", "dee"):
        mine = {"role": "lead", "to": actor, "actor": actor, **SAID}
        answer = refused(incident, "hand_over", 10, POLICY, **mine)
        assert answer.message == (
            f"{actor} cannot take lead by handing it over: ana can hand it over"
        )


def test_an_offer_by_another_says_who_makes_it_and_its_holder_hears_of_it() -> None:
    """So nobody puts words into the mouth of the holder."""
    fields = {"role": "lead", "to": "bo", "actor": "cy", **SAID}
    answer = decided(given(lead="ana"), "hand_over", 10, POLICY, **fields)
    assert answer.summary == "cy hands lead of ana over to bo, who has to accept"
    asked, told = answer.effects
    assert isinstance(asked, PageRole)
    assert asked.reason == "cy hands lead of ana over to you"
    assert told == Remind("person:ana", answer.summary)
    taken = done(answer.incident, "accept_handover", after(11), POLICY, role="lead", actor="bo")
    assert lines(taken, "handover.accepted") == ["bo accepts lead from ana, offered by cy"]


def test_an_offer_of_the_holder_is_not_replaced_by_others() -> None:
    """Not by the deputy, either; the holder may change it."""
    fields = {"role": "lead", "to": "eve", "content": {"status": "all is well"}}
    answer = refused(offered(), "hand_over", 11, POLICY, actor="cy", **fields)
    assert answer.message == "ana offers lead to bo: only ana can offer it to somebody else"
    assert done(offered(), "hand_over", after(11), POLICY, actor="ana", **fields).handovers


def test_the_deputy_may_hand_over_what_the_holder_may() -> None:
    """The deputy needs no authority to give roles; nobody else may do it."""
    fields = {"role": "lead", "to": "bo", **SAID}
    done(given(lead="ana"), "hand_over", after(2), POLICY, actor="cy", **fields)
    by_role = POLICY.changed(
        roles=tuple(
            role.changed(deputy="clerk") if role.name == "lead" else role for role in POLICY.roles
        )
    )
    incident = given(by_role, lead="ana", clerk="eve")
    done(incident, "hand_over", after(2), by_role, actor="eve", **fields)
    assert refused(given(lead="ana"), "hand_over", 2, POLICY, actor="eve", **fields).kind == (
        "NotAuthorised"
    )


def test_an_unfit_person_is_not_offered_a_role_and_cannot_accept_it() -> None:
    """Roles that they took meanwhile count."""
    words = "bo is clerk, who may not also be scribe"
    fields = {"role": "scribe", "to": "bo", **SAID}
    answer = refused(given(scribe="ana", clerk="bo"), "hand_over", 10, POLICY, **fields)
    assert answer == Refusal("Refused", words)
    incident = offered("scribe", of=given(scribe="ana"))
    roles = given(clerk="bo").roles
    incident = incident.changed(roles=(*incident.roles, *roles))
    answer = refused(incident, "accept_handover", 11, POLICY, role="scribe", actor="bo")
    assert answer == Refusal("Refused", words)


def test_a_role_that_was_handed_over_is_held_from_when_it_was_accepted() -> None:
    """The role was filled all the time; a combination that is advised against causes a warning."""
    incident = offered(of=given(lead="ana", scribe="bo"))
    fields = {"role": "lead", "actor": "bo", "happened_at": after(11)}
    taken = done(incident, "accept_handover", after(12), POLICY, **fields)
    assert [(h.role, h.person, h.since_at) for h in taken.roles if h.role == "lead"] == [
        ("lead", "bo", after(11))
    ]
    [spell] = [spell for spell in taken.role_spells if spell.role == "lead"]
    assert spell.until_at is None
    line = taken.timeline[-1]
    assert (line.kind, line.recorded_at) == ("role.discouraged", after(12))
    assert line.summary == "bo is lead and scribe: the policy advises against it"


@pytest.mark.parametrize(
    ("actor", "summary", "told"),
    [
        ("bo", "bo declines lead: ana keeps it", "person:ana"),
        ("ana", "ana no longer offers lead: ana keeps it", "person:bo"),
    ],
)
def test_a_decline_and_a_withdrawal_are_told_to_the_other_person(
    actor: str, summary: str, told: str
) -> None:
    """Only that offer ends."""
    incident = done(given(lead="ana", clerk="ana"), "acknowledge", after(2), POLICY)
    incident = offered(of=offered("clerk", "eve", of=incident))
    answer = decided(incident, "decline_handover", 11, POLICY, role="lead", actor=actor)
    assert (answer.summary, answer.effects) == (summary, (Remind(told, summary),))
    assert [offer.role for offer in answer.incident.handovers] == ["clerk"]


def test_an_offer_lapses_by_itself_and_both_are_told() -> None:
    """An offer that somebody answered meanwhile does not lapse."""
    incident = offered(of=offered("clerk", "eve", of=given(lead="ana", clerk="ana")))
    points = [p for p in pending_points(POLICY, incident) if p.threshold == "not accepted"]
    assert [(p.clock, p.run, p.fraction) for p in points] == [
        ("handover:clerk:ana", 1, 1.0),
        ("handover:lead:ana", 1, 1.0),
    ]
    over = when_nobody_answered(points[1], incident, POLICY, after(25))
    assert over is not None
    words = "bo did not accept lead in time: ana keeps it"
    assert over.effects == (Remind("person:ana", words), Remind("person:bo", words))
    assert [offer.role for offer in over.incident.handovers] == ["clerk"]
    line = over.incident.timeline[-1]
    assert (line.kind, line.summary, line.data) == ("handover.lapsed", words, {"role": "lead"})
    assert (line.actor, line.recorded_at, over.summary) == (ENGINE, after(25), words)
    assert when_nobody_answered(points[1], over.incident, POLICY, after(26)) is None


def test_a_long_holder_is_told_since_when() -> None:
    """Each of two holders is reminded separately; a former holder is not."""
    incident = given(experts="ana")
    fields = {"role": "experts", "person": "bo", "actor": "dee"}
    incident = done(incident, "assign_role", after(2), POLICY, **fields)
    point, other = pending_points(POLICY, incident)
    assert (point.clock, point.due_at) == ("holding:experts:ana", after(1) + timedelta(hours=8))
    told = when_nobody_answered(point, incident, POLICY, after(500))
    assert told is not None
    words = "ana holds experts, since 2026-03-27 16:51 UTC: hand it over"
    assert (told.summary, told.effects) == (words, (Remind("person:ana", "hand experts over"),))
    line = told.incident.timeline[-1]
    assert (line.kind, line.data, line.recorded_at) == (
        "handover.due",
        {"role": "experts"},
        after(500),
    )
    assert pending_points(POLICY, told.incident) == (other,)
    free = done(incident, "unassign_role", after(3), POLICY, role="experts", person="ana")
    assert when_nobody_answered(point, free, POLICY, after(500)) is None


@pytest.mark.parametrize(
    ("at_shift_end", "remind", "due"),
    [(True, 8, 60), (True, None, 60), (False, 8, 481), (False, None, None), (True, 0.5, 31)],
)
def test_the_shift_end_or_the_time_reminds_whichever_comes_first(
    at_shift_end: bool,  # noqa: FBT001 - a case
    remind: float | None,
    due: float | None,
) -> None:
    """Each applies only if the policy asks for it."""
    duty = Duty(person="ana", because="rotation", since_at=START, until_at=after(60))
    on_call = {"primary": OnCall(schedule="primary", at=START, duties=(duty,))}
    assert POLICY.handover is not None
    rule = POLICY.handover.changed(
        at_shift_end=at_shift_end,
        remind_after=None if remind is None else timedelta(hours=remind),
    )
    policy = POLICY.changed(on_call=on_call, handover=rule)
    found = [point.due_at for point in pending_points(policy, given(policy, lead="ana"))]
    assert found == ([] if due is None else [after(due)])


def test_a_role_with_a_colon_in_its_holders_name_is_still_found() -> None:
    """People from outside may have any name."""
    policy = POLICY.changed(people={})
    incident = given(policy, experts="Acme: Kim")
    [point] = pending_points(policy, incident)
    told = when_nobody_answered(point, incident, policy, after(500))
    assert told is not None
    assert lines(told.incident, "handover.due")
    fields = {"role": "experts", "to": "bo", "actor": "dee", **SAID}
    incident = done(incident, "hand_over", after(10), policy, **fields)
    [point, _] = pending_points(policy, incident)
    assert when_nobody_answered(point, incident, policy, after(25)) is not None


SEATS = staffed("roles: { expert: { count: many } }\nauthority: { assign_role: dee }\n")


def _seated(*people: str) -> Incident:
    incident = reported(SEATS)
    for person in people:
        fields = {"role": "expert", "person": person, "actor": "dee"}
        incident = decided(incident, "assign_role", 1, SEATS, **fields).incident
    return incident


def test_one_of_several_holders_gives_away_only_what_is_theirs() -> None:
    """The seat of another holder needs the authority of the command."""
    incident, offer = _seated("ana", "bo"), {"role": "expert", "to": "cy"}
    assert refused(incident, "hand_over", 2, SEATS, giver="bo", **offer).kind == "NotAuthorised"
    decided(incident, "hand_over", 2, SEATS, giver="ana", **offer)
    decided(incident, "hand_over", 2, SEATS, **offer)
    decided(incident, "hand_over", 2, SEATS, actor="dee", giver="bo", **offer)


def test_nobody_holds_a_role_twice() -> None:
    """A person who got the role while it was offered to them has nothing to accept."""
    offer = {"role": "expert", "to": "cy"}
    incident = decided(_seated("ana"), "hand_over", 2, SEATS, **offer).incident
    fields = {"role": "expert", "person": "cy", "actor": "dee"}
    incident = decided(incident, "assign_role", 3, SEATS, **fields).incident
    answer = refused(incident, "accept_handover", 4, SEATS, role="expert", actor="cy")
    assert answer.message == "cy holds expert already: use decline_handover"
    incident = decided(incident, "decline_handover", 5, SEATS, role="expert", actor="cy").incident
    assert incident.holders("expert") == ("ana", "cy")
