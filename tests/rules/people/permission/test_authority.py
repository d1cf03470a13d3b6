"""Authority: by role, deputy, person, team, severity, condition, and a time after asking."""

import pytest

from models.incident.record import Incident
from models.people.schedule import Duty, OnCall
from rules.record.decision import PageRole, Refusal
from states.lifecycle import State
from tests.rules.staffed import decided, lines, refused, reported, staffed
from tests.specimens import START, after, done, minutes, outcome

ROLES = "roles: { lead: { deputy: cy }, second: {}, chief: { deputy: second } }\n"


@pytest.mark.parametrize(
    ("by", "may", "may_not", "words"),
    [
        ("team:payments", "bo", "cy", "team payments (ana, bo)"),
        ("responders", "eve", "ana", "responders (cy, eve)"),
        ("person:dee", "dee", "ana", "dee"),
        ("lead", "cy", "bo", "lead (nobody yet: assign_role; deputy cy)"),
    ],
)
def test_authority_is_given_in_several_ways(by: str, may: str, may_not: str, words: str) -> None:
    """A refusal names the people who may."""
    policy = staffed(f"{ROLES}authority: {{ hold: '{by}' }}\n")
    incident = reported(policy)
    done(incident, "hold", after(1), policy, reason="x", actor=may)
    answer = refused(incident, "hold", 1, policy, reason="x", actor=may_not)
    assert (answer.kind, answer.may) == ("NotAuthorised", (words,))


def test_a_deputy_may_do_what_the_holder_may_even_by_a_role() -> None:
    """The deputy may be a person or hold a role; the refusal names both."""
    policy = staffed(f"{ROLES}authority: {{ hold: chief }}\n")
    incident = done(reported(policy), "assign_role", after(1), policy, role="chief", person="ana")
    refused(incident, "hold", 1, policy, reason="x", actor="bo")
    incident = done(incident, "assign_role", after(2), policy, role="second", person="bo")
    done(incident, "hold", after(3), policy, reason="x", actor="bo")
    answer = refused(incident, "hold", 3, policy, reason="x", actor="dee")
    assert answer.may == ("chief (ana; deputy bo)",)


def test_a_role_is_no_name_that_somebody_can_take() -> None:
    """A person whose name equals the role does not hold it."""
    policy = staffed(f"{ROLES}authority: {{ hold: lead }}\n")
    refused(reported(policy), "hold", 1, policy, reason="x", actor="lead")


def test_authority_depends_on_severity_and_on_conditions() -> None:
    """A rule with a condition precedes one with a severity, which precedes the general rule."""
    policy = staffed(
        "authority: { hold: { by: ana, SEV2: bo, when: { flag personal_data: dee } } }\n"
    )

    def may(incident: Incident) -> list[str]:
        return [
            person
            for person in ("ana", "bo", "dee")
            if not isinstance(
                outcome(incident, "hold", after(5), policy, reason="x", actor=person), Refusal
            )
        ]

    assert may(reported(policy)) == ["ana"]
    mild = reported(policy, "SEV2")
    assert may(mild) == ["bo"]
    flagged = done(mild, "set_attribute", after(2), policy, attribute="personal_data")
    assert may(flagged) == ["dee"]


LATER = "authority: { begin_resolution: { by: lead, after: { 30m: team:payments } } }\n"


def in_diagnosis(incident: Incident) -> Incident:
    """The incident, assessed."""
    return incident.changed(state=State.DIAGNOSIS)


def test_a_person_who_asked_in_vain_may_proceed_after_the_time() -> None:
    """The people who may are paged when somebody asks; the time counts from then."""
    policy = staffed(ROLES + LATER)
    incident = done(reported(policy), "assign_role", after(1), policy, role="lead", person="dee")
    incident = in_diagnosis(incident)
    first = refused(incident, "begin_resolution", 10, policy, actor="bo")
    assert first.may == ("lead (dee; deputy cy)", "team payments (ana, bo) 30m after asking")
    assert first.leaves is not None
    assert [e.target for e in first.leaves.effects if isinstance(e, PageRole)] == [
        "person:dee",
        "person:cy",
    ]
    waiting = first.leaves.incident
    again = refused(waiting, "begin_resolution", 39, policy, actor="bo")
    assert again.leaves is None
    moved = decided(waiting, "begin_resolution", 40, policy, actor="bo").incident
    assert moved.state is State.RESOLUTION
    assert moved.requests == ()


def test_the_people_who_may_now_are_asked() -> None:
    """A condition of the rule decides who is asked, just as it decides who may."""
    rule = "{ by: lead, when: { flag personal_data: eve }, after: { 30m: team:payments } }"
    policy = staffed(ROLES + f"authority: {{ begin_resolution: {rule} }}\n")
    incident = in_diagnosis(reported(policy))
    incident = done(incident, "set_attribute", after(2), policy, attribute="personal_data")
    leaves = refused(incident, "begin_resolution", 10, policy, actor="bo").leaves
    assert leaves is not None
    assert [e.target for e in leaves.effects if isinstance(e, PageRole)] == ["person:eve"]


def test_waiting_helps_nobody_else_and_ends_with_the_state() -> None:
    """People whom no rule names never may; after a change of state, the asker must ask again."""
    policy = staffed(ROLES + LATER)
    incident = in_diagnosis(reported(policy))
    stranger = refused(incident, "begin_resolution", 10, policy, actor="eve")
    assert stranger.leaves is None
    asked = refused(incident, "begin_resolution", 10, policy, actor="bo").leaves
    assert asked is not None
    refused(asked.incident, "begin_resolution", 60, policy, actor="eve")
    moved = done(asked.incident, "begin_resolution", after(60), policy, actor="cy")
    back = done(moved, "return_to_diagnosis", after(61), policy)
    assert refused(back, "begin_resolution", 100, policy, actor="bo").leaves is not None


def test_a_lower_severity_after_asking() -> None:
    """Changes of severity follow the same rules."""
    policy = staffed("severity_rules: { lower: { by: cy, after: { 10m: ana } } }\n")
    asked = refused(reported(policy), "set_severity", 1, policy, severity="SEV2").leaves
    assert asked is not None
    assert lines(asked.incident, "consultation.asked") == ["ana wants to set_severity SEV2"]
    refused(asked.incident, "set_severity", 10, policy, severity="SEV2")
    assert done(asked.incident, "set_severity", after(11), policy, severity="SEV2").severity == (
        "SEV2"
    )


def test_a_holder_gives_up_a_role_and_an_authorised_person_takes_it_away() -> None:
    """To take a role back from somebody needs the authority to give it."""
    policy = staffed("roles: { lead: {} }\nauthority: { assign_role: [ana] }\n")
    incident = done(reported(policy), "assign_role", after(1), policy, role="lead", person="bo")
    refused(incident, "unassign_role", 2, policy, role="lead", actor="cy")
    done(incident, "unassign_role", after(2), policy, role="lead", actor="bo")
    done(incident, "unassign_role", after(2), policy, role="lead", actor="ana")


def test_the_person_on_call_may_and_after_the_shift_everybody_who_takes_turns() -> None:
    """After the shift, nobody can say who is on call without asking the schedule anew."""
    policy = staffed(
        "schedules: { primary: { rotation: { people: [bo, cy], hand_over: daily 09:00 } } }\n"
        "authority: { hold: on_call:primary }\n"
    )
    assert [spec.name for spec in policy.schedules] == ["primary"]
    duty = Duty(person="bo", because="rotation", since_at=after(-60), until_at=after(60))
    found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=after(60))
    known = policy.changed(on_call={"primary": found})
    answer = refused(reported(known), "hold", 59, known, reason="x", actor="cy")
    assert answer.may == ("on_call primary (bo)",)
    done(reported(known), "hold", after(59), known, reason="x", actor="bo")
    done(reported(known), "hold", after(60), known, reason="x", actor="cy")
    refused(reported(known), "hold", 60, known, reason="x", actor="ana")


def test_a_backdated_question_does_not_shorten_the_wait() -> None:
    """A short delay on the way counts as asked when it says; a late message, when it came."""
    policy = staffed(ROLES + LATER)
    incident = in_diagnosis(reported(policy))
    for told, since in ((after(10) - minutes(0.05), after(9.95)), (after(1), after(10))):
        asked = refused(incident, "begin_resolution", 10, policy, actor="bo", happened_at=told)
        assert asked.leaves is not None
        assert asked.leaves.incident.requests[0].at == since


def test_an_attempt_without_authority_is_refused_as_unauthorised_after_asking_in_vain() -> None:
    """The refusal has this type whether it leaves a request or not."""
    policy = staffed(ROLES + LATER)
    first = refused(in_diagnosis(reported(policy)), "begin_resolution", 10, policy, actor="bo")
    assert first.kind == "NotAuthorised"
    assert first.leaves is not None
    assert refused(first.leaves.incident, "begin_resolution", 11, policy, actor="bo").kind == (
        "NotAuthorised"
    )


def test_the_people_on_call_at_that_time_are_asked() -> None:
    """That is not everybody who takes turns."""
    policy = staffed(
        "schedules: { primary: { rotation: { people: [bo, cy], hand_over: daily 09:00 } } }\n"
        "authority: { hold: { by: on_call:primary, after: { 30m: [dee, team:platform] } } }\n"
    )
    duty = Duty(person="bo", because="rotation", since_at=START, until_at=after(60))
    found = OnCall(schedule="primary", at=START, duties=(duty,), until_at=after(60))
    policy = policy.changed(on_call={"primary": found})
    answer = refused(reported(policy), "hold", 5, policy, reason="x", actor="dee")
    assert answer.may == ("on_call primary (bo)", "dee, team platform (cy, eve) 30m after asking")
    assert answer.leaves is not None
    assert [e.target for e in answer.leaves.effects if isinstance(e, PageRole)] == ["person:bo"]
