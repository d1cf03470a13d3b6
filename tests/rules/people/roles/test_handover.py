"""Handovers: what an offer must say, how it is accepted, declined or lapses, and reminders."""

from datetime import datetime, timedelta
from typing import Any

from models.compiled import CompiledPolicy
from models.contracts.incident import Carried
from models.incident.record import Incident, TimelineSegment
from models.people.responsibility import HandoverCount
from models.people.schedule import Duty, OnCall
from rules.commands.answers import result_of
from rules.deadlines.due import due_thresholds, next_point
from rules.deadlines.pending import when_nobody_answered
from rules.deadlines.standing_thresholds import facts_for_enforcement, without_story
from rules.record.carried import moved_out, older_entries
from rules.record.decision import Decision, PageRole, Remind
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import after, done

POLICY = staffed(
    "roles: { lead: { duties: Leads, qualification: [payments, platform],"
    " required: { SEV1: 10m }, unfilled: escalate }, expert: { not_also: lead, count: many } }\n"
    "handover: { required: [status, next_steps], accept_within: 15m, remind_after: 8h }\n"
    "authority: { assign_role: dee }\n"
)
SAID = {"status": "cards fail", "next_steps": "roll back"}
CARRIED_BOUND = 256 * 1024


def led(policy: CompiledPolicy = POLICY, minutes: float = 1) -> Incident:
    """An incident that ana leads."""
    fields = {"role": "lead", "person": "ana", "actor": "dee"}
    return done(reported(policy), "assign_role", after(minutes), policy, **fields)


def offered(incident: Incident, minutes: float = 10, to: str = "bo", **fields: Any) -> Decision:
    """Ana offers the lead."""
    said = {"role": "lead", "to": to, "content": SAID, **fields}
    return decided(incident, "hand_over", minutes, POLICY, **said)


def overdue(incident: Incident, at: datetime, policy: CompiledPolicy = POLICY) -> Decision:
    """What follows from the only due point, which the engine looks at twice."""
    due = due_thresholds(policy, incident, at)
    [point] = due
    facts = facts_for_enforcement(policy, due)
    assert due_thresholds(facts, without_story(incident), at) == due
    decision = when_nobody_answered(point, incident, policy, at)
    assert decision is not None
    return decision


def test_responsibility_moves_only_when_it_is_accepted() -> None:
    """Until then the giver holds the role, and the taker is paged with the whole offer."""
    answer = offered(led())
    assert answer.incident.holder("lead") == "ana"
    [page] = answer.effects
    assert isinstance(page, PageRole)
    assert page.target == "person:bo"
    for words in ("status: cards fail", "next_steps: roll back", "- Leads", "accept-handover"):
        assert words in page.text
    taken = decided(answer.incident, "accept_handover", 12, POLICY, role="lead", actor="bo")
    assert taken.incident.holders("lead") == ("bo",)
    assert taken.incident.handovers == ()
    assert taken.effects == (Remind("person:ana", "bo accepts lead from ana"),)


def test_an_offer_must_say_what_the_policy_asks_for() -> None:
    """The refusal lists everything that is missing; a blank text counts as missing."""
    answer = refused(led(), "hand_over", 10, POLICY, role="lead", to="bo", content={"status": " "})
    assert answer.missing == ("content status", "content next_steps")


def test_only_the_person_who_was_offered_a_role_can_accept_it() -> None:
    """Anybody else is refused for lack of authority, and hears who can accept."""
    incident = offered(led()).incident
    answer = refused(incident, "accept_handover", 11, POLICY, role="lead", actor="cy")
    assert (answer.kind, answer.may) == ("NotAuthorised", ("bo",))
    assert (
        "not offered to anybody"
        in refused(led(), "accept_handover", 11, POLICY, role="lead", actor="bo").message
    )


def test_a_role_is_offered_to_those_who_may_take_it() -> None:
    """They must be qualified and known, must not hold it, and must not hold a conflicting role."""
    incident = done(led(), "assign_role", after(2), POLICY, role="expert", person="bo", actor="dee")
    said = {"role": "lead", "content": SAID}
    for person, words in (
        ("dee", "not qualified"),
        ("zed", "no person"),
        ("ana", "holds lead already"),
        ("bo", "bo is expert, who may not also be lead"),
    ):
        assert words in refused(incident, "hand_over", 10, POLICY, to=person, **said).message


def test_the_rule_decides_who_may_hand_over() -> None:
    """The holder may, and anybody who may give the role; nobody else."""
    said = {"role": "lead", "to": "bo", "content": SAID}
    assert refused(led(), "hand_over", 10, POLICY, actor="eve", **said).kind == "NotAuthorised"
    assert decided(led(), "hand_over", 10, POLICY, actor="dee", **said).incident.handovers[
        0
    ].giver == ("ana")


def test_a_role_that_somebody_holds_is_not_just_assigned_away() -> None:
    """It moves by acceptance, or its holder gives it back first."""
    fields = {"role": "lead", "person": "bo", "actor": "dee"}
    assert (
        "it moves only if another accepts it"
        in refused(led(), "assign_role", 5, POLICY, **fields).message
    )
    free = done(led(), "unassign_role", after(5), POLICY, role="lead")
    assert done(free, "assign_role", after(6), POLICY, **fields).holder("lead") == "bo"


def test_the_giver_keeps_a_role_that_is_declined_or_taken_back() -> None:
    """Each hears what the other did, and it is counted."""
    incident = offered(led()).incident
    declined = decided(
        incident, "decline_handover", 11, POLICY, role="lead", actor="bo", note="asleep"
    )
    assert lines(declined.incident, "handover.declined") == [
        "bo declines lead: ana keeps it (asleep)"
    ]
    assert [e.target for e in declined.effects if isinstance(e, Remind)] == ["person:ana"]
    taken_back = decided(incident, "decline_handover", 11, POLICY, role="lead")
    assert [e.target for e in taken_back.effects if isinstance(e, Remind)] == ["person:bo"]
    assert taken_back.incident.holder("lead") == "ana"
    assert taken_back.incident.handover_counts == (HandoverCount(role="lead", declined=1),)


def test_an_offer_to_somebody_else_replaces_the_first() -> None:
    """A role is never offered to two people at once."""
    incident = offered(offered(led()).incident, 11, "cy").incident
    assert [h.taker for h in incident.handovers] == ["cy"]
    assert lines(incident, "handover.offered")[-1].endswith("no longer to bo")


def test_an_offer_that_nobody_accepts_lapses() -> None:
    """The giver keeps the role, and both hear of it."""
    incident = offered(led()).incident
    point = next_point(POLICY, incident, after(10))
    assert point is not None
    assert point.due_at == after(25)
    lapsed = overdue(incident, after(25))
    assert lapsed.incident.holder("lead") == "ana"
    assert lapsed.incident.handovers == ()
    assert [e.target for e in lapsed.effects if isinstance(e, Remind)] == [
        "person:ana",
        "person:bo",
    ]
    assert next_point(POLICY, lapsed.incident, after(25)) != point


def test_a_long_holder_is_reminded_once_to_hand_over() -> None:
    """The next holder is reminded too, after the same time."""
    incident = led()
    reminded = overdue(incident, after(8 * 60 + 1))
    assert reminded.effects == (Remind("person:ana", "hand lead over"),)
    assert next_point(POLICY, reminded.incident, after(600)) is None
    incident = offered(reminded.incident, 600).incident
    incident = done(incident, "accept_handover", after(601), POLICY, role="lead", actor="bo")
    point = next_point(POLICY, incident, after(601))
    assert point is not None
    assert point.due_at == after(601) + timedelta(hours=8)


def test_the_end_of_a_shift_is_a_reason_to_hand_over() -> None:
    """This needs a holder who took the role while on call, and a policy that asks for it."""
    duty = Duty(person="ana", because="rotation", since_at=after(-60), until_at=after(90))
    on_call = {"primary": OnCall(schedule="primary", at=after(0), duties=(duty,))}
    assert POLICY.handover is not None
    rule = POLICY.handover.changed(at_shift_end=True)
    policy = POLICY.changed(on_call=on_call, handover=rule)
    incident = led(policy)
    reminded = overdue(incident, after(90), policy)
    assert lines(reminded.incident, "handover.due") == [
        "ana holds lead, their shift ends: hand it over"
    ]


def test_a_handover_names_its_giver_if_there_are_several_holders() -> None:
    """A person who hands over gives their own seat."""
    incident = led()
    for person in ("cy", "eve"):
        incident = done(
            incident, "assign_role", after(2), POLICY, role="expert", person=person, actor="dee"
        )
    said = {"role": "expert", "to": "bo", "content": SAID}
    assert refused(incident, "hand_over", 3, POLICY, actor="dee", **said).missing == ("giver",)
    incident = done(incident, "hand_over", after(3), POLICY, actor="eve", **said)
    incident = done(incident, "accept_handover", after(4), POLICY, role="expert", actor="bo")
    assert incident.holders("expert") == ("cy", "bo")


def test_five_hundred_handovers_do_not_bloat_an_incident() -> None:
    """What a run carries stays small: the holder, the number of moves, the newest lines."""
    incident, people, processed = led(), ("ana", "bo", "cy", "eve"), {}
    for turn in range(500):
        giver, taker = people[turn % 4], people[(turn + 1) % 4]
        said = {"role": "lead", "to": taker, "content": SAID, "actor": giver}
        at = 10 + 20 * turn
        incident = done(incident, "hand_over", after(at), POLICY, **said)
        if turn % 10 == 9:
            incident = overdue(incident, after(at + 15)).incident
            incident = done(incident, "hand_over", after(at + 16), POLICY, **said)
        answer = decided(incident, "accept_handover", at + 17, POLICY, role="lead", actor=taker)
        incident = _shortened(answer.incident)
        result = result_of("accept_handover", answer.summary, incident, POLICY, after(at + 17))
        processed[f"{turn:036}"] = result.model_dump_json()
    assert incident.handover_counts == (HandoverCount(role="lead", accepted=500, lapsed=50),)
    light = incident.changed(timeline=(), segments=())
    assert len(light.model_dump_json()) < 3000
    carried = Carried(incident=incident, policy=POLICY, processed=processed)
    assert len(carried.model_dump_json()) < CARRIED_BOUND


def _shortened(incident: Incident) -> Incident:
    """The incident as a run carries it on."""
    older = older_entries(incident)
    if older is None:
        return incident
    place = f"file:///documents/{older[0].seq}"
    segment = TimelineSegment(
        uri=place, sha256="0" * 64, first_seq=older[0].seq, last_seq=older[-1].seq
    )
    return moved_out(incident, segment)
