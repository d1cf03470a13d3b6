"""Roles: who may take them, how many, in which combinations, and by when."""

from datetime import datetime

import pytest

from models.base import MONITORING
from models.compiled import CompiledPolicy, RoleRule
from models.incident.record import Incident, RoleHolder
from models.time.clock import ClockStatus
from rules.clocks.clocks import read_clocks
from rules.deadlines.due import due_thresholds, next_point
from rules.people.roles.holders import MOST_SPELLS, told_of_duties
from rules.people.stand_ins import stand_ins
from rules.record.decision import Remind
from states.lifecycle import State
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import POLICY, after, an_incident, done

LEAD = staffed("roles: { lead: { qualification: commander, default: acknowledger } }\n")
PAIR = staffed("roles: { experts: { count: 2-3, duties: [Look, Think] } }\n")
APART = staffed(
    "roles: { lead: { not_also: expert }, expert: {}, scribe: { discouraged_with: lead } }\n"
)
LATE = staffed(
    "roles: { lead: { required: { SEV1: 10m, SEV2: 0s }, deputy: cy,"
    " unfilled: { 50%: remind ana, 100%: escalate, +5m: page deputy } } }\n"
)


def assigned(
    incident: Incident, policy: CompiledPolicy, role: str, person: str, minutes: float = 1
) -> Incident:
    """The incident with a role given."""
    return done(incident, "assign_role", after(minutes), policy, role=role, person=person)


def test_only_the_qualified_are_given_a_role_and_the_refusal_names_them() -> None:
    """It names trained commanders of any team."""
    answer = refused(reported(LEAD), "assign_role", 1, LEAD, role="lead", person="bo")
    assert answer.kind == "Refused"
    assert answer.message.endswith("which needs commander; could: ana, cy")
    assert assigned(reported(LEAD), LEAD, "lead", "cy").holder("lead") == "cy"


def test_an_unqualified_acknowledger_does_not_take_the_role() -> None:
    """The timeline says why nobody holds the role."""
    incident = done(reported(LEAD), "acknowledge", after(1), LEAD, actor="bo")
    assert incident.holder("lead") is None
    assert lines(incident, "role.not_taken") == [
        "bo does not take lead: bo is not qualified for lead, which needs commander; could: ana, cy"
    ]


@pytest.mark.parametrize(("word", "taken"), [("responders", "eve"), ("payments", "bo")])
def test_a_team_or_the_escalation_can_qualify(word: str, taken: str) -> None:
    """That is people whom the escalation pages, or members of a team."""
    policy = staffed(f"roles: {{ lead: {{ qualification: [{word}] }} }}\n")
    assert assigned(reported(policy), policy, "lead", taken).holder("lead") == taken
    refused(reported(policy), "assign_role", 1, policy, role="lead", person="dee")


def test_a_role_of_the_customer_is_held_from_outside() -> None:
    """Only people outside the policy can hold it."""
    policy = staffed("roles: { contact: { qualification: outside } }\n")
    incident = assigned(reported(policy), policy, "contact", "Kim of Acme")
    assert incident.holder("contact") == "Kim of Acme"
    refused(reported(policy), "assign_role", 1, policy, role="contact", person="ana")


def test_several_hold_a_role_up_to_the_most() -> None:
    """Each joins the others; a fourth is refused."""
    incident = reported(PAIR)
    for person in ("ana", "bo", "cy"):
        incident = assigned(incident, PAIR, "experts", person)
    assert incident.holders("experts") == ("ana", "bo", "cy")
    answer = refused(incident, "assign_role", 2, PAIR, role="experts", person="dee")
    assert "3 holders, the most that it may have" in answer.message
    assert assigned(incident, PAIR, "experts", "bo").holders("experts") == ("ana", "cy", "bo")


def test_a_role_for_one_person_passes_to_the_next() -> None:
    """It works as it always did."""
    incident = assigned(assigned(reported(LEAD), LEAD, "lead", "ana"), LEAD, "lead", "cy")
    assert incident.holders("lead") == ("cy",)


def test_a_role_can_be_taken_away() -> None:
    """If several people hold it, the command must say from whom."""
    incident = assigned(assigned(reported(PAIR), PAIR, "experts", "ana"), PAIR, "experts", "bo")
    assert refused(incident, "unassign_role", 2, PAIR, role="experts").missing == ("person",)
    answer = decided(incident, "unassign_role", 2, PAIR, role="experts", person="bo")
    assert answer.incident.holders("experts") == ("ana",)
    assert answer.effects == (Remind("bo", "you are no longer experts"),)
    assert (
        "does not hold"
        in refused(answer.incident, "unassign_role", 3, PAIR, role="experts", person="bo").message
    )
    alone = done(answer.incident, "unassign_role", after(3), PAIR, role="experts")
    assert refused(alone, "unassign_role", 4, PAIR, role="experts").message == (
        "nobody holds experts"
    )


def test_a_new_holder_is_told_the_duties() -> None:
    """The reminder to them lists the duties."""
    answer = decided(reported(PAIR), "assign_role", 1, PAIR, role="experts", person="bo")
    [told] = answer.effects
    assert isinstance(told, Remind)
    assert told.text == "Your duties:\n- Look\n- Think"


def test_roles_that_never_go_together_are_refused_in_both_orders() -> None:
    """The policy says it once, and it counts for both."""
    for first, second in (("lead", "expert"), ("expert", "lead")):
        incident = assigned(reported(APART), APART, first, "ana")
        answer = refused(incident, "assign_role", 2, APART, role=second, person="ana")
        assert f"ana is {first}, who may not also be {second}" in answer.message


def test_discouraged_roles_are_given_with_a_warning() -> None:
    """The warning is on the timeline."""
    incident = assigned(reported(APART), APART, "lead", "ana")
    incident = assigned(incident, APART, "scribe", "ana")
    assert lines(incident, "role.discouraged") == [
        "ana is scribe and lead: the policy advises against it"
    ]


def test_the_reporter_takes_a_role_if_the_policy_says_so() -> None:
    """Monitoring takes no role."""
    policy = staffed("roles: { lead: { default: reporter } }\n")
    assert reported(policy).holder("lead") == "ana"
    assert reported(policy, reporter=MONITORING).holder("lead") is None


def test_a_transition_says_who_could_fill_the_role_that_it_needs() -> None:
    """It names only qualified people, and first those who are paged."""
    policy = staffed(
        "roles: { lead: { required: { SEV1: 0s }, qualification: [commander, platform],"
        " default: acknowledger } }\n"
    )
    incident = done(reported(policy), "acknowledge", after(1), policy, actor="dee")
    [missing] = [m for m in refused(incident, "begin_diagnosis", 2, policy).missing if "role" in m]
    assert missing == "role lead is not filled: assign_role (could: eve, ana, cy)"


def test_a_state_asks_for_a_role_on_the_way_in_and_on_the_way_out() -> None:
    """This applies at the severities that the policy names."""
    policy = staffed("roles: { fixer: { required_in: { resolution: SEV1 } } }\n")
    incident = reported(policy).changed(state=State.DIAGNOSIS)
    assert "role fixer" in refused(incident, "begin_resolution", 5, policy).missing[0]
    mild = reported(policy, "SEV2").changed(state=State.DIAGNOSIS)
    assert done(mild, "begin_resolution", after(5), policy).state is State.RESOLUTION
    held = assigned(incident, policy, "fixer", "bo")
    assert done(held, "begin_resolution", after(5), policy).state is State.RESOLUTION


def test_a_condition_decides_whether_a_role_is_required() -> None:
    """It is required once the flag is raised, and its time counts from then."""
    policy = staffed(
        "roles: { officer: { required: after 10m, when: flag personal_data,"
        " unfilled: escalate } }\n"
    )
    incident = done(reported(policy), "acknowledge", after(1), policy)
    incident = done(incident, "set_severity", after(1), policy, severity="SEV1")
    assert next_point(policy, incident, after(1)) is None
    flagged = done(incident, "set_attribute", after(60), policy, attribute="personal_data")
    assert done(flagged, "begin_diagnosis", after(69), policy).state is State.DIAGNOSIS
    refused(flagged, "begin_diagnosis", 70, policy)
    point = next_point(policy, flagged, after(60))
    assert point is not None
    assert (point.clock, point.due_at) == ("role:officer", after(70))


def fired(incident: Incident, at: datetime) -> list[tuple[str, list[str]]]:
    """The points that are due by then, and their effects."""
    return [(p.threshold, [str(a) for a in p.actions]) for p in due_thresholds(LATE, incident, at)]


def test_a_role_that_stays_unfilled_asks_the_deputy_and_goes_on_as_the_policy_says() -> None:
    """Its clock is like any other: it warns, breaches, and what follows goes on."""
    incident = reported(LATE)
    assert fired(incident, after(15)) == [
        ("50%", ["remind ana"]),
        ("100%", ["page cy", "escalate"]),
        ("+5m", ["page cy"]),
    ]
    held = assigned(incident, LATE, "lead", "bo", 4)
    assert fired(held, after(15)) == []
    [reading] = read_clocks(LATE, held, after(15))
    assert (reading.clock, reading.status) == ("role:lead", ClockStatus.MET)


def test_a_role_that_passes_from_one_to_another_was_filled_all_the_time() -> None:
    """The clock stopped when somebody first held the role."""
    incident = assigned(assigned(reported(LATE), LATE, "lead", "bo", 4), LATE, "lead", "eve", 120)
    [reading] = read_clocks(LATE, incident, after(130))
    assert (reading.status, reading.stopped_at) == (ClockStatus.MET, after(4))


def test_a_role_that_falls_vacant_must_be_filled_again_in_time() -> None:
    """The time begins when the role falls vacant."""
    incident = assigned(reported(LATE), LATE, "lead", "bo", 4)
    incident = done(incident, "unassign_role", after(60), LATE, role="lead")
    assert [r.status for r in read_clocks(LATE, incident, after(61))] == [
        ClockStatus.MET,
        ClockStatus.ON_TRACK,
    ]
    assert fired(incident, after(69)) == [("50%", ["remind ana"])]
    assert [name for name, _ in fired(incident, after(70))] == ["50%", "100%"]


def test_nobody_misses_a_role_of_the_response_after_it() -> None:
    """Its holder may give it back, and nobody is asked to fill it."""
    incident = done(reported(LATE), "acknowledge", after(1), LATE)
    over = incident.changed(state=State.REVIEW)
    held = assigned(over, LATE, "lead", "bo", 4)
    back = done(held, "unassign_role", after(60), LATE, role="lead")
    assert fired(back, after(600)) == []


def test_a_role_that_is_taken_and_given_back_for_ever_does_not_fill_the_record() -> None:
    """After so many changes it counts as filled."""
    incident = reported(LATE)
    for turn in range(MOST_SPELLS + 20):
        incident = assigned(incident, LATE, "lead", "bo", 2 * turn + 1)
        incident = done(incident, "unassign_role", after(2 * turn + 2), LATE, role="lead")
    assert len(incident.role_spells) == MOST_SPELLS


def test_a_default_holder_of_several_roles_is_told_all_duties_at_once() -> None:
    """It lists only duties of roles that are new to them, if the policy has any."""
    rules = (
        RoleRule(name="lead", duties=("Leads", "Decides")),
        RoleRule(name="scribe", duties=("Writes",)),
        RoleRule(name="runner"),
    )
    policy = POLICY.changed(roles=rules)
    before = an_incident(policy)
    held = tuple(
        RoleHolder(role=role, person=person, since_at=after(0))
        for role, person in (("lead", "ana"), ("scribe", "ana"), ("runner", "bo"))
    )
    record = before.changed(roles=held)
    assert tuple(told_of_duties(before, record, policy)) == (
        Remind(
            "ana",
            "you are lead and scribe of this incident",
            "Your duties as lead:\n- Leads\n- Decides\n\nYour duties as scribe:\n- Writes",
        ),
    )
    assert tuple(told_of_duties(record, record, policy)) == ()


def test_a_stranger_who_may_acknowledge_takes_no_role_by_that() -> None:
    """A role gives authority, so only the policy's people get it; the record says so."""
    policy = staffed(
        "roles: { lead: { default: acknowledger }, guest: {"
        " default: acknowledger, qualification: outside } }\n"
        "authority: { acknowledge: anyone }\n"
    )
    incident = decided(reported(policy), "acknowledge", 1, policy, actor="mallory").incident
    assert incident.holders("lead") == ()
    assert incident.holders("guest") == ("mallory",)
    [line] = lines(incident, "role.not_taken")
    assert line == "mallory does not take lead: the holder must be one of the policy's people"


def test_no_page_for_a_vacant_role_goes_to_a_stranger_who_acknowledged() -> None:
    """It goes to people who can be reached: here, those who are paged for incidents."""
    policy = staffed(
        "roles: { lead: { default: acknowledger, leads: true } }\n"
        "authority: { acknowledge: anyone }\n"
    )
    incident = decided(reported(policy), "acknowledge", 1, policy, actor="mallory").incident
    assert stand_ins("lead", incident, policy, after(2)).people == ("eve",)
