"""Whom the words of a policy mean: people on call, deputies, candidates for a role."""

from datetime import datetime

import pytest

from models.compiled import AuthorityRule, CompiledPolicy
from models.incident.record import TimelineSegment
from models.incident.timeline import EntryKind
from models.people.authority import ApprovalRule, LaterAuthority, PolicyOverrideRule
from models.people.schedule import Duty, FeedSpec, OnCall, ScheduleSpec
from rules.people.naming.people_meant import (
    candidates,
    deputies,
    excluded_roles,
    message_target,
    on_call,
    people_in_a_line,
    people_in_authority,
    people_meant,
    responders,
    schedules_named,
    who_responds,
)
from rules.record.carried import moved_out
from rules.record.timeline import note
from tests.rules.staffed import reported, staffed
from tests.specimens import ANA, POLICY, START, after, an_incident, done, minutes

ROTA = (
    "schedules: { primary: { rotation: { people: [bo, cy], hand_over: daily 09:00 } } }\n"
    "authority: { hold: on_call:primary }\n"
)
FED = ScheduleSpec(name="fed", zone="UTC", feed=FeedSpec(name="f"))


def on_duty(policy: CompiledPolicy, person: str, until_at: datetime | None) -> CompiledPolicy:
    """The policy with somebody on call by the schedule primary."""
    duty = Duty(person=person, because="rotation", since_at=START, until_at=after(480))
    found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=until_at)
    return policy.changed(on_call={"primary": found})


@pytest.mark.parametrize(
    ("until", "at", "people"),
    [(60, 59, ("bo",)), (60, 60, ("bo", "cy")), (None, 10_000, ("bo",))],
)
def test_a_schedule_means_the_person_on_call_while_the_shift_lasts(
    until: float | None, at: float, people: tuple[str, ...]
) -> None:
    """After that, everybody who takes turns; a shift without a known end goes on."""
    policy = on_duty(staffed(ROTA), "bo", None if until is None else after(until))
    assert on_call("primary", policy, after(at)) == people
    words = ("on_call:primary", "on_call:primary")
    assert people_meant(words, reported(policy), policy, after(at)) == people


def test_a_schedule_that_nobody_asked_means_everybody_whom_it_can_name() -> None:
    """A feed can name everybody; a schedule that the policy does not have, nobody."""
    policy = staffed("").changed(schedules=(FED,))
    assert on_call("fed", policy, START) == tuple(policy.people)
    assert on_call("gone", policy, START) == ()


def test_without_an_escalation_nobody_is_a_responder() -> None:
    """There is nobody to page."""
    policy = staffed("").changed(escalation=None)
    assert responders(policy) == ()


def test_a_role_is_offered_first_to_the_person_on_call_then_to_responders() -> None:
    """The list leaves out its holder and people whose roles conflict with it."""
    policy = on_duty(
        staffed(f"{ROTA}roles: {{ lead: {{ not_also: scribe, count: 1-3 }}, scribe: {{}} }}\n"),
        "dee",
        after(60),
    )
    lead = policy.role("lead")
    assert lead is not None
    incident = reported(policy)
    assert candidates(lead, incident, policy, after(1)) == ("dee", "eve", "ana", "bo", "cy")
    over = candidates(lead, incident, policy, after(60))
    assert over == ("bo", "cy", "eve", "ana", "dee"), "who takes turns, once the shift is over"
    incident = done(incident, "assign_role", after(1), policy, role="lead", person="bo")
    incident = done(incident, "assign_role", after(1), policy, role="scribe", person="ana")
    assert candidates(lead, incident, policy, after(1)) == ("dee", "eve", "cy")


def test_a_person_on_call_who_is_unknown_to_the_policy_is_no_candidate() -> None:
    """A feed may name anybody, but a role needs a person of the policy."""
    policy = on_duty(staffed(f"{ROTA}roles: {{ lead: {{}} }}\n"), "zed", after(60))
    lead = policy.role("lead")
    assert lead is not None
    assert "zed" not in candidates(lead, reported(policy), policy, after(1))


@pytest.mark.parametrize(
    ("count", "says"), [(0, ""), (5, "a, b, c, d, e"), (7, "a, b, c, d, e and 2 more")]
)
def test_a_refusal_names_five_people_and_counts_the_rest(count: int, says: str) -> None:
    """Organisations have hundreds of people."""
    assert people_in_a_line("abcdefg"[:count]) == says


@pytest.mark.parametrize(
    ("named", "target"),
    [("ana", "person:ana"), ("lead", "role:lead"), ("channel:log", "channel:log")],
)
def test_a_name_is_told_as_a_person_or_as_whoever_holds_the_role(named: str, target: str) -> None:
    """A target that already says its kind stays as it is."""
    assert message_target(named, staffed("roles: { lead: {} }\n")) == target


def test_a_deputy_is_a_person_or_whoever_holds_the_deputys_role() -> None:
    """If there is no deputy, or no such role, the result is nobody."""
    policy = staffed("roles: { lead: { deputy: cy }, chief: { deputy: lead }, scribe: {} }\n")
    incident = done(reported(policy), "assign_role", after(1), policy, role="lead", person="bo")
    assert deputies("lead", incident, policy) == ("cy",)
    assert deputies("chief", incident, policy) == ("bo",)
    assert deputies("scribe", incident, policy) == deputies("cook", incident, policy) == ()
    assert people_in_authority("lead", incident, policy, after(1)) == ("bo", "cy")


def test_a_role_that_the_policy_no_longer_has_still_means_who_holds_it() -> None:
    """The incident may have adopted another policy; a dropped role conflicts with none."""
    policy = staffed("roles: { lead: { not_also: scribe }, scribe: {} }\n")
    incident = done(reported(policy), "assign_role", after(1), policy, role="lead", person="bo")
    scribe = policy.role("scribe")
    assert scribe is not None
    assert excluded_roles(scribe, "bo", incident, policy) == ["lead"]
    without = policy.changed(roles=(scribe,))
    assert people_in_authority("lead", incident, without, after(2)) == ("lead", "bo")
    assert excluded_roles(scribe, "bo", incident, without) == []


def test_a_role_of_an_earlier_policy_means_whoever_calls_themselves_so_too() -> None:
    """Its incidents go on as they began."""
    policy = staffed("roles: { lead: {} }\n")
    [lead] = policy.roles
    earlier = policy.changed(roles=(lead.changed(remembered=False),))
    assert people_in_authority("lead", reported(policy), policy, START) == ()
    assert people_in_authority("lead", reported(policy), earlier, START) == ("lead",)


def test_the_schedules_of_all_who_may_do_something_are_named_once() -> None:
    """So their people are looked up before an incident needs them."""
    rule = AuthorityRule(
        by=("on_call:a", "ana"),
        at={"SEV1": ("on_call:b",)},
        when=(("flag x", ("on_call:c",)),),
        later=(LaterAuthority(after=minutes(5), by=("on_call:d", "on_call:a")),),
    )
    approval = ApprovalRule(by=("on_call:e",), backups=(("on_call:f",),))
    override = PolicyOverrideRule(by=("on_call:g",))
    found = schedules_named([rule], [approval], override)
    assert sorted(found) == [f"schedule:{name}" for name in "abcdefg"]
    assert schedules_named([], [], None) == ()


def test_a_paged_person_is_a_responder_even_after_their_line_was_archived() -> None:
    """The timeline moves to the document store; that somebody was paged stays with the record."""
    incident = note(
        an_incident(),
        EntryKind.PAGE_SENT,
        "x",
        actor=ANA,
        now=after(1),
        recipient="zed",
        key="k",
    )
    segment = TimelineSegment(uri="u", sha256="0", first_seq=1, last_seq=incident.next_seq - 1)
    gone = moved_out(moved_out(incident, segment), segment)
    assert gone.timeline == ()
    assert gone.paged == ("zed",)
    assert "zed" in (who_responds(incident, POLICY) or ())
    assert "zed" in (who_responds(gone, POLICY) or ())
