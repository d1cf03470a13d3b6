"""What a review lacks, who led it, and which severity decides whether it is required."""

from typing import Any

import pytest

from models.base import MONITORING
from models.command import COMMANDS
from models.compiled import CompiledPolicy, ReviewRule
from models.incident.record import Document, Incident
from rules.alerts.firing import alerts_firing
from rules.commands.judgement import judge
from rules.commands.lifecycle_facts import (
    highest_severity,
    review_missing,
    review_required,
    steps_missing,
)
from rules.record.decision import Decision, Refusal, TellAudiences
from states.lifecycle import State
from tests.specimens import (
    ANA,
    POLICY,
    a_diagnosed_incident,
    after,
    an_incident,
    done,
    outcome,
    with_report,
)

FULL = ReviewRule(
    required={"SEV1": "always"},
    led_by="incident_manager",
    attendees=("technical_team", "bo"),
    aspects=("cause", "response"),
    documents=("incident_report", "minutes"),
    lessons=True,
    action_items=True,
)
POLICED = POLICY.changed(review=FULL)
MET: dict[str, Any] = {
    "lead": "ana",
    "attendees": ["bo", "cy"],
    "aspects": {"cause": "a leak", "response": "fast"},
    "documents": {"minutes": "b"},
    "lessons": ["watch memory"],
}


def in_review(policy: CompiledPolicy = POLICED) -> Incident:
    """Resolved at 100 minutes; ana leads, cy is the technical team."""
    incident = done(
        a_diagnosed_incident(), "assign_role", after(90), role="technical_team", person="cy"
    )
    resolved = done(incident, "resolve", after(100), policy, steps=["verify"])
    return with_report(resolved, after(101))


def lacking(incident: Incident) -> tuple[str, ...]:
    """What the review lacks."""
    return review_missing(incident, POLICED, after(200))


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({}, ()),
        ({"attendees": ["cy"]}, ("review attendee is missing: bo",)),
        ({"attendees": ["bo"]}, ("review attendee is missing: technical_team",)),
        ({"attendees": ["bo", "technical_team"]}, ()),
        ({"aspects": {"cause": "x"}}, ("review aspect is not evaluated: response",)),
        (
            {"aspects": {"cause": " ", "response": "x"}},
            ("review aspect is not evaluated: cause",),
        ),
        ({"documents": {}}, ("document does not exist: minutes",)),
        ({"lessons": []}, ("no lesson is recorded: add_lesson",)),
    ],
)
def test_a_review_has_the_people_and_parts_that_the_policy_requires(
    changed: dict[str, Any], missing: tuple[str, ...]
) -> None:
    """An attendee may hold a required role or be named for it."""
    incident = done(in_review(), "submit_review", after(110), POLICED, **{**MET, **changed})
    incident = done(incident, "add_action_item", after(111), POLICED, text="fix", owner="bo")
    assert lacking(incident) == missing


def test_the_incident_report_is_the_one_that_the_engine_wrote() -> None:
    """Nobody can name another one in its place, nor does one count that was named before."""
    claim = {**MET, "documents": {"incident_report": "https://wiki.example.com/empty"}}
    answer = outcome(in_review(), "submit_review", after(110), POLICED, **claim)
    assert isinstance(answer, Refusal)
    assert answer.message == (
        "the engine writes incident_report itself once the incident is resolved: "
        "give your document another name"
    )
    claimed = Document(name="incident_report", uri="x", at=after(101))
    incident = done(in_review(), "submit_review", after(110), POLICED, **MET)
    incident = incident.changed(documents=(claimed, *incident.documents[1:]))
    assert "document does not exist: incident_report" in lacking(incident)


def test_the_leader_of_the_review_counts_as_an_attendee() -> None:
    """The lead need not be named twice; action items are required in the same way as lessons."""
    policy = POLICED.changed(review=FULL.changed(attendees=("incident_manager",)))
    incident = done(in_review(), "submit_review", after(110), policy, **{**MET, "attendees": []})
    assert review_missing(incident, policy, after(200)) == (
        "no action item is recorded: add_action_item",
    )


def test_nothing_is_missing_if_no_review_is_required() -> None:
    """Nothing is missing either if the policy asks for no lessons and no action items."""
    assert lacking(in_review())[0] == "the review has not been submitted: submit_review"
    mild = in_review().changed(severities=())
    mild = mild.changed(severities=(in_review().severities[0].changed(severity="SEV3"),))
    assert lacking(mild) == ()
    plain = FULL.changed(lessons=False, action_items=False)
    policy = POLICED.changed(review=plain)
    incident = done(in_review(), "submit_review", after(110), policy, **{**MET, "lessons": []})
    assert review_missing(incident, policy, after(200)) == ()


def test_a_review_is_kept_as_it_was_submitted() -> None:
    """It keeps earlier lessons and documents; its date is when it happened."""
    incident = done(in_review(), "add_lesson", after(105), POLICED, text="earlier")
    incident = done(incident, "add_action_item", after(106), POLICED, text="fix", owner="bo")
    answer = outcome(incident, "submit_review", after(120), POLICED, happened_at=after(110), **MET)
    assert isinstance(answer, Decision)
    after_it = answer.incident
    assert after_it.review is not None
    assert (after_it.review.at, after_it.review.actor, after_it.review.lead) == (
        after(110),
        ANA,
        "ana",
    )
    assert after_it.review.attendees == ("bo", "cy")
    assert after_it.review.aspects == MET["aspects"]
    assert [(lesson.text, lesson.at, lesson.actor) for lesson in after_it.lessons] == [
        ("earlier", after(105), ANA),
        ("watch memory", after(110), ANA),
    ]
    assert [(d.name, d.uri, d.at) for d in after_it.documents] == [
        ("incident_report", "file:///r", after(101)),
        ("minutes", "b", after(120)),
    ]
    milestone = after_it.milestone("reviewed")
    assert milestone is not None
    assert (milestone.at, milestone.recorded_at, milestone.actor) == (after(110), after(120), ANA)
    words = "review submitted, led by ana with bo, cy"
    assert (answer.summary, answer.effects) == (words, (TellAudiences("reviewed", words),))


def test_an_incomplete_review_says_what_is_missing_and_is_no_review_yet() -> None:
    """The command that completes it sets the milestone, at its own instant, and informs people."""
    partly = {"lead": "ana", "attendees": ["bo"], "aspects": {"cause": "a leak"}}
    first = outcome(in_review(), "submit_review", after(110), POLICED, **partly)
    assert isinstance(first, Decision)
    assert first.summary == (
        "review submitted, led by ana with bo; still missing: "
        "review attendee is missing: technical_team; review aspect is not evaluated: response; "
        "document does not exist: minutes; no lesson is recorded: add_lesson; "
        "no action item is recorded: add_action_item"
    )
    assert (first.incident.milestone("reviewed"), first.effects) == (None, ())
    rest = {**MET, "aspects": {"response": "fast"}, "documents": {"minutes": "b"}}
    second = done(first.incident, "submit_review", after(120), POLICED, **rest)
    assert second.milestone("reviewed") is None
    last = outcome(second, "add_action_item", after(130), POLICED, text="fix", owner="bo")
    assert isinstance(last, Decision)
    milestone = last.incident.milestone("reviewed")
    assert milestone is not None
    assert milestone.at == after(130)
    words = "the review is complete: action item A1 for bo: fix"
    assert last.effects == (TellAudiences("reviewed", words),)
    assert last.incident.timeline[-1].summary == words


def test_a_second_submission_adds_to_the_review() -> None:
    """Nothing of the first is lost, and repeated items appear once."""
    incident = done(in_review(), "submit_review", after(110), POLICED, **MET)
    more = {
        "lead": "ana",
        "attendees": ["dee", "bo"],
        "aspects": {"cause": "a leak", "response": "slow at first"},
        "documents": {"minutes": "b", "slides": "c"},
        "lessons": ["watch memory", "watch disks"],
    }
    answer = outcome(incident, "submit_review", after(120), POLICED, **more)
    assert isinstance(answer, Decision)
    assert answer.summary.startswith("review added to, led by ana with dee, bo")
    review = answer.incident.review
    assert review is not None
    assert (review.at, review.attendees) == (after(110), ("bo", "cy", "dee"))
    assert review.aspects == {"cause": "a leak", "response": "fast\n\nslow at first"}
    assert [d.name for d in answer.incident.documents] == ["incident_report", "minutes", "slides"]
    assert [lesson.text for lesson in answer.incident.lessons] == ["watch memory", "watch disks"]


def test_a_review_may_be_led_under_the_name_of_the_role() -> None:
    """Anybody may lead it if nobody holds the role or the policy names none."""
    fields = {**MET, "attendees": []}
    named = outcome(
        in_review(), "submit_review", after(110), POLICED, **{**fields, "lead": "incident_manager"}
    )
    assert isinstance(named, Decision)
    assert named.summary.startswith("review submitted, led by incident_manager with nobody")
    vacant = in_review().changed(roles=())
    done(vacant, "submit_review", after(110), POLICED, **{**fields, "lead": "bo"})
    anybody = POLICED.changed(review=FULL.changed(led_by=None))
    done(in_review(), "submit_review", after(110), anybody, **{**fields, "lead": "bo"})


def test_action_items_are_numbered_and_kept_with_owner_date_and_priority() -> None:
    """So people can follow them up after the incident."""
    incident = done(in_review(), "add_action_item", after(101), text="first", owner="bo")
    due: dict[str, Any] = {"due_at": after(9999), "priority": "high"}
    fields: dict[str, Any] = {"text": "fix", "owner": "cy", "happened_at": after(101.5), **due}
    answer = outcome(incident, "add_action_item", after(102), **fields)
    assert isinstance(answer, Decision)
    first, item = answer.incident.action_items
    assert (first.id, first.owner) == ("A1", "bo")
    assert (item.id, item.text, item.owner, item.at) == ("A2", "fix", "cy", after(101.5))
    assert (item.due_at, item.priority) == (after(9999), "high")
    assert answer.summary == "action item A2 for cy: fix"


@pytest.mark.parametrize(
    ("asked", "late", "required"),
    [
        ("always", 0, True),
        ("never", 0, False),
        ("when breached", 0, False),
        ("when breached", 9, True),
    ],
)
def test_when_a_review_is_required(asked: str, late: float, required: bool) -> None:  # noqa: FBT001 - a case
    """The policy says always, never, or if a clock was breached."""
    policy = POLICY.changed(review=ReviewRule(required={"SEV1": asked}))
    incident = done(an_incident(), "acknowledge", after(2 + late), policy)
    assert review_required(incident, policy, after(3 + late)) is required


def test_the_worst_severity_is_by_the_order_of_the_policy() -> None:
    """A severity that the policy no longer has counts as the worst."""
    incident = an_incident()
    [first] = incident.severities
    changes = tuple(first.changed(severity=s) for s in ("SEV0", "SEV3", "SEV2"))
    assert highest_severity(incident.changed(severities=changes), POLICY) == "SEV2"


def test_every_required_step_that_is_missing_is_named_where_it_belongs() -> None:
    """It names several steps of one state, but none that is optional or done."""
    extra = POLICY.steps[0].changed(id="scope", do="Say the scope")
    policy = POLICY.changed(steps=(*POLICY.steps, extra))
    incident = done(an_incident(), "complete_step", after(1), policy, step="cause")
    missing = steps_missing(incident, policy)
    assert set(missing) == {State.ASSESSMENT, State.RESOLUTION}
    assert missing[State.ASSESSMENT] == (
        "step impact is not done: Confirm the impact (complete_step, by incident_manager)",
        "step scope is not done: Say the scope (complete_step, by incident_manager)",
    )


def test_alerts_that_fire_are_named_by_what_they_say() -> None:
    """It leaves out alerts that ended or that another incident took over."""
    told = [
        {"fingerprint": f, "name": f, "summary": words, "status": status, "started_at": after(0)}
        for f, words, status in (
            ("cpu", "CPU is hot", "firing"),
            ("disk", "", "firing"),
            ("net", "", "resolved"),
            ("gone", "", "firing"),
        )
    ]
    batch = {"group_key": "k", "alerts": told, "truncated": 2, "received_at": after(5)}
    payload = {"actor": MONITORING.name, "via": MONITORING.via, "batch": batch}
    command = COMMANDS["record_alerts"].payload.model_validate(payload)
    answer = judge("record_alerts", command, an_incident(), POLICY, after(5))
    assert not isinstance(answer, Refusal)
    alerts = dict(answer.incident.alerts)
    alerts["gone"] = alerts["gone"].changed(taken_over_by="INC-2")
    incident = answer.incident.changed(alerts=alerts)
    assert alerts_firing(incident) == ("CPU is hot", "disk", "2 that the sender left out")
    assert alerts_firing(an_incident()) == ()


def test_a_role_that_nobody_holds_attends_and_leads_nothing() -> None:
    """Its word alone completes no review; somebody must hold it, or people are named."""
    policy = POLICED.changed(people_attend=True)
    vacant = done(in_review(), "unassign_role", after(105), policy, role="technical_team")
    for fields in ({"attendees": ["bo", "technical_team"]}, {"lead": "technical_team"}):
        free = policy.changed(review=FULL.changed(led_by=None))
        answer = outcome(vacant, "submit_review", after(110), free, **{**MET, **fields})
        assert isinstance(answer, Refusal)
        assert answer.message.startswith("nobody holds technical_team, so it cannot have")
    incident = done(vacant, "submit_review", after(110), policy, **{**MET, "attendees": ["bo"]})
    assert "technical_team (nobody holds it: assign_role)" in str(
        review_missing(incident, policy, after(111))
    )


def test_a_role_attends_by_whoever_holds_it_then() -> None:
    """The record names them, and a later holder does not undo it."""
    policy = POLICED.changed(people_attend=True)
    attended = {**MET, "attendees": ["bo", "technical_team"]}
    incident = done(in_review(), "submit_review", after(110), policy, **attended)
    assert incident.review is not None
    assert incident.review.attendees == ("bo", "technical_team", "cy")
    given = {"role": "technical_team", "person": "bo"}
    incident = done(incident, "assign_role", after(111), policy, **given)
    assert "attendee" not in str(review_missing(incident, policy, after(112)))
