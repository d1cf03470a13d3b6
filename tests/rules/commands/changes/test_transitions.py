"""What a trigger does besides moving the incident, and what happens to earlier facts."""

from typing import Any

import pytest

from models.base import MONITORING
from models.compiled import EscalationPolicy
from models.incident.record import Incident
from models.people.authority import PolicyOverrideRule
from rules.record.decision import (
    Decision,
    Effect,
    PageAgain,
    Refusal,
    StopEscalation,
    TakenUp,
    TellAudiences,
    WatchAcknowledgement,
    WriteIncidentReport,
)
from rules.record.timeline import with_milestone
from states.lifecycle import State
from tests.specimens import (
    ANA,
    POLICY,
    a_diagnosed_incident,
    after,
    an_incident,
    done,
    minutes,
    outcome,
    with_report,
)


def decided(incident: Incident, name: str, at: float, **fields: Any) -> Decision:
    """The decision of a command that must succeed."""
    answer = outcome(incident, name, after(at), **fields)
    assert isinstance(answer, Decision), answer
    return answer


def reviewed(at: float = 100) -> Incident:
    """Resolved, and in review."""
    return done(a_diagnosed_incident(), "resolve", after(at), steps=["verify"])


@pytest.mark.parametrize(
    ("incident", "name", "fields", "effects"),
    [
        (
            an_incident(),
            "acknowledge",
            {},
            (StopEscalation("acknowledged by ana"), TellAudiences("acknowledged", "")),
        ),
        (
            a_diagnosed_incident(),
            "resolve",
            {"steps": ["verify"]},
            (StopEscalation("review by ana"), WriteIncidentReport(), TellAudiences("resolved", "")),
        ),
        (
            an_incident(),
            "cancel",
            {"reason": "false_alarm"},
            (
                StopEscalation("cancelled by ana"),
                WriteIncidentReport(),
                TellAudiences("cancelled", ""),
            ),
        ),
        (
            reviewed(),
            "reopen",
            {},
            (PageAgain("the incident was reopened"), TellAudiences("reopened", "")),
        ),
        (
            reviewed(),
            "reopen",
            {"actor": MONITORING.name, "via": MONITORING.via},
            (PageAgain("the incident was reopened", waits=True), TellAudiences("reopened", "")),
        ),
        (a_diagnosed_incident(), "mitigate", {}, (TellAudiences("mitigated", ""),)),
        (
            a_diagnosed_incident(),
            "return_to_diagnosis",
            {},
            (TellAudiences("return_to_diagnosis", ""),),
        ),
    ],
)
def test_a_trigger_has_its_effects(
    incident: Incident, name: str, fields: dict[str, Any], effects: tuple[Effect, ...]
) -> None:
    """That is who is paged, whether the report is written, and what the audiences hear."""
    answer = decided(incident, name, 150, **fields)
    told = [
        TellAudiences(e.event, "") if isinstance(e, TellAudiences) else e for e in answer.effects
    ]
    assert tuple(told) == effects
    assert [e.text for e in answer.effects if isinstance(e, TellAudiences)] == [answer.summary]


def test_closing_writes_the_report_and_ends_it() -> None:
    """The report contains what the review found."""
    aspects = {"cause": "a leak", "response": "fast"}
    fields: dict[str, Any] = {"lead": "ana", "aspects": aspects}
    incident = with_report(reviewed(), after(101))
    incident = done(incident, "submit_review", after(110), lessons=["watch"], **fields)
    answer = decided(incident, "close", 120)
    assert WriteIncidentReport() in answer.effects
    assert answer.incident.state is State.CLOSED
    assert answer.incident.review is not None


@pytest.mark.parametrize(
    ("name", "fields", "summary"),
    [
        ("acknowledge", {}, "acknowledge by ana: reported → assessment"),
        ("acknowledge", {"note": "on it"}, "acknowledge by ana: reported → assessment (on it)"),
        (
            "cancel",
            {"reason": "false_alarm"},
            "cancel by ana: reported → cancelled (false_alarm)",
        ),
        (
            "resolve",
            {"steps": ["verify"], "actor": MONITORING.name, "via": MONITORING.via},
            "resolve by its alerts: reported → review",
        ),
    ],
)
def test_a_trigger_says_who_moved_the_incident_where_and_why(
    name: str, fields: dict[str, Any], summary: str
) -> None:
    """The reason is the note, or that of a cancellation; alerts appear under their own name."""
    assert decided(an_incident(), name, 5, **fields).summary == summary


def test_a_trigger_that_stays_in_its_state_names_it_once() -> None:
    """For example, `mitigate` leads to no other state."""
    answer = decided(a_diagnosed_incident(), "mitigate", 50)
    assert answer.summary == "mitigate by ana: resolution"
    assert answer.incident.state is State.RESOLUTION


def test_a_milestone_keeps_instant_actor_and_time_of_recording() -> None:
    """Clocks use the time of the event, audits the time of recording."""
    incident = done(an_incident(), "acknowledge", after(9), happened_at=after(4))
    milestone = incident.milestone("acknowledged")
    assert milestone is not None
    assert (milestone.at, milestone.recorded_at, milestone.actor) == (after(4), after(9), ANA)


def test_a_reopened_incident_loses_its_end_milestones_from_their_undoing_on() -> None:
    """Facts that a correction or an earlier reopening took back stay as they are."""
    incident = reviewed()
    gone = with_milestone(incident, "resolved", at=after(60), now=after(60), actor=ANA)
    *before, wrong = gone.milestones
    twice = gone.changed(milestones=(*before, wrong.changed(superseded=True)))
    opened = done(twice, "reopen", after(150), happened_at=after(140))
    submitted = done(reviewed(), "submit_review", after(110), lead="ana")
    assert submitted.review is not None
    assert done(submitted, "reopen", after(120)).review is None
    void = {(m.name, m.at): m.void_at for m in opened.milestones}
    assert void["resolved", after(100)] == after(140)
    assert void["resolved", after(60)] is None
    assert void["acknowledged", after(2)] is None
    again = done(opened, "resolve", after(160), steps=["verify"])
    again = done(again, "reopen", after(170))
    void = {(m.name, m.at): m.void_at for m in again.milestones}
    assert void["resolved", after(100)] == after(140)
    assert void["resolved", after(160)] == after(170)


@pytest.mark.parametrize(("told", "ended"), [({}, 70), ({"happened_at": after(55)}, 60)])
def test_a_hold_ends_with_the_response_and_never_before_it_began(
    told: dict[str, Any], ended: float
) -> None:
    """Earlier holds stay as they were; a mitigation ends no hold."""
    incident = done(a_diagnosed_incident(), "hold", after(50), reason="third_party")
    incident = done(incident, "resume", after(52))
    incident = done(incident, "hold", after(60), reason="third_party")
    assert done(incident, "mitigate", after(65)).hold is not None
    over = done(incident, "resolve", after(70), steps=["verify"], **told)
    assert [(h.from_at, h.until_at) for h in over.holds] == [
        (after(50), after(52)),
        (after(60), after(ended)),
    ]


def test_a_resumed_hold_ends_at_the_given_instant_but_not_before_it_began() -> None:
    """Only the running hold ends."""
    incident = done(an_incident(), "hold", after(10), reason="third_party")
    incident = done(incident, "resume", after(20), happened_at=after(15))
    incident = done(incident, "hold", after(30), reason="third_party", happened_at=after(25))
    answer = decided(incident, "resume", 40, happened_at=after(24))
    assert [(h.from_at, h.until_at) for h in answer.incident.holds] == [
        (after(10), after(15)),
        (after(25), after(25)),
    ]
    assert answer.effects == (TellAudiences("resume", "resumed after hold: third_party"),)
    assert decided(an_incident(), "hold", 10, reason="third_party").effects == (
        TellAudiences("hold", "on hold: third_party"),
    )


def test_an_acknowledgement_takes_the_roles_that_nobody_holds() -> None:
    """They are held from when it happened; people who hold one keep it."""
    incident = done(an_incident(), "acknowledge", after(9), happened_at=after(4))
    assert [(h.role, h.person, h.since_at) for h in incident.roles] == [
        ("incident_manager", "ana", after(4))
    ]
    assert incident.timeline[-1].summary == "ana takes incident_manager by acknowledging"
    given = done(an_incident(), "assign_role", after(1), role="incident_manager", person="bo")
    assert done(given, "acknowledge", after(9)).holders("incident_manager") == ("bo",)


def test_every_role_that_an_acknowledgement_gives_is_taken() -> None:
    """If somebody already holds one of them, the others are still taken."""
    roles = tuple(role.changed(default="acknowledger") for role in POLICY.roles[:2])
    policy = POLICY.changed(roles=roles)
    incident = done(
        an_incident(policy), "assign_role", after(1), policy, role=roles[0].name, person="bo"
    )
    incident = done(incident, "acknowledge", after(2), policy)
    assert {h.role: h.person for h in incident.roles} == {roles[0].name: "bo", roles[1].name: "ana"}


def test_the_reason_of_a_cancellation_and_the_duplicated_incident_are_kept() -> None:
    """They join the links that were there."""
    incident = done(an_incident(), "link", after(1), target="CHG-1", relation="caused_by")
    plain = done(incident, "cancel", after(2), reason="false_alarm")
    assert (plain.cancelled_for, plain.links) == ("false_alarm", incident.links)
    other: dict[str, Any] = {"reason": "duplicate_of", "duplicate_of": "INC-260326-00000000"}
    double = done(incident, "cancel", after(2), **other)
    assert double.cancelled_for == "duplicate_of"
    assert [(link.relation, link.target) for link in double.links] == [
        ("caused_by", "CHG-1"),
        ("duplicate_of", "INC-260326-00000000"),
    ]


def test_an_acknowledgement_is_watched_by_the_ladder_of_this_incident() -> None:
    """Without an escalation, nobody watches it."""
    assert POLICY.escalation is not None
    watched: EscalationPolicy = POLICY.escalation.changed(forgotten_after=minutes(30))
    for escalation, watches in ((watched, [WatchAcknowledgement(after(39))]), (None, [])):
        policy = POLICY.changed(escalation=escalation)
        answer = outcome(an_incident(policy), "acknowledge", after(9), policy)
        assert isinstance(answer, Decision)
        found = [e for e in answer.effects if isinstance(e, WatchAcknowledgement)]
        assert found == watches


def test_any_command_after_a_reopening_counts_as_progress() -> None:
    """This holds even if acknowledgements are not watched: a reopened incident has none."""
    opened = done(reviewed(), "reopen", after(150))
    answer = decided(opened, "hold", 151, reason="third_party")
    assert answer.effects == (TakenUp("ana"), TellAudiences("hold", answer.summary))
    assert answer.summary == "on hold: third_party"
    assert not [
        e
        for e in decided(an_incident(), "hold", 1, reason="third_party").effects
        if isinstance(e, TakenUp)
    ]


def test_what_was_resolved_and_owes_a_review_is_not_cancelled() -> None:
    """Reopening is no way around the review; an override that names the guard is one."""
    again = done(reviewed(), "reopen", after(150))
    refusal = outcome(again, "cancel", after(151), reason="false_alarm")
    assert isinstance(refusal, Refusal)
    assert refusal.missing == (
        "it was resolved and needs its review: resolve, submit_review, close",
    )
    forced = {"reason": "false_alarm", "override": "the same as INC-1"}
    guarded = PolicyOverrideRule(by=("person:ana",), guards=("review_complete",))
    policy = POLICY.changed(override=guarded)
    assert done(again, "cancel", after(151), policy, **forced).state is State.CANCELLED
    policy = POLICY.changed(override=guarded.changed(guards=()))
    assert isinstance(outcome(again, "cancel", after(151), policy, **forced), Refusal)


def test_what_owes_no_review_is_cancelled_after_a_reopening() -> None:
    """The policy asks none; or the incident began before the engine asked for it."""
    unreviewed = POLICY.changed(review=POLICY.review.changed(required={}))
    closed = done(a_diagnosed_incident(), "resolve", after(60), unreviewed, steps=["verify"])
    for was, policy in (
        (closed, unreviewed),
        (reviewed(), POLICY.changed(closes_detours=False)),
    ):
        again = done(was, "reopen", after(150), policy)
        over = done(again, "cancel", after(151), policy, reason="false_alarm")
        assert over.state is State.CANCELLED
