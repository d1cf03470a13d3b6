"""An acknowledgement that the person named did not give stops nothing."""

from typing import Any

import pytest

from models.compiled import Audience, CompiledPolicy
from models.incident.record import Incident
from models.proof import Proof
from rules.clocks.clocks import read_clocks
from rules.record.decision import (
    AcknowledgementDisputed,
    Decision,
    Refusal,
    TakenUp,
    TellAudiences,
)
from states.lifecycle import State
from tests.rules.staffed import reported, staffed
from tests.specimens import POLICY, after, an_incident, done, outcome

LED = staffed("roles: { lead: { default: acknowledger }, boss: { leads: true } }\n", closed=True)
BY_LINK: dict[str, Any] = {"via": "web", "proof": Proof.LINK}


def taken(policy: CompiledPolicy = POLICY, **how: Any) -> Incident:
    """Acknowledged in ana's name at 2 minutes."""
    incident = reported(policy) if policy is LED else an_incident(policy)
    return done(incident, "acknowledge", after(2), policy, **{"actor": "eve"} | how)


def disputed(incident: Incident, policy: CompiledPolicy = POLICY, at: float = 10) -> Decision:
    """The decision, which must be made."""
    answer = outcome(incident, "dispute_acknowledgement", after(at), policy)
    assert isinstance(answer, Decision), answer
    return answer


def test_what_the_acknowledgement_stopped_goes_on_and_the_record_keeps_both() -> None:
    """The milestone stays, marked; its roles go; nobody counts as working on the incident."""
    answer = disputed(taken(actor="ana", **BY_LINK))
    incident = answer.incident
    assert incident.state is State.REPORTED
    assert incident.milestone("acknowledged") is None
    (gone,) = (m for m in incident.milestones if m.name == "acknowledged")
    assert gone.superseded
    assert gone.disputed is not None
    assert (gone.disputed.actor.name, gone.actor.proof) == ("ana", Proof.LINK)
    assert incident.holder("incident_manager") is None
    why = "the acknowledgement by ana is disputed"
    assert AcknowledgementDisputed(why) in answer.effects
    assert not [e for e in answer.effects if isinstance(e, TakenUp)]
    assert "by ana (link) of 2026-03-27 16:52:00 UTC" in answer.summary


def test_clocks_judge_as_if_nobody_had_acknowledged() -> None:
    """The limit of five minutes is passed by the time of the dispute, and a new answer is late."""
    incident = disputed(taken(actor="ana", **BY_LINK)).incident
    (reading,) = (r for r in read_clocks(POLICY, incident, after(10)) if r.clock == "acknowledge")
    assert reading.status == "breached"
    again = done(incident, "acknowledge", after(11), actor="bo")
    assert again.milestone("acknowledged") is not None
    assert again.holder("incident_manager") == "bo"


@pytest.mark.parametrize("proof", [Proof.TOKEN, Proof.OIDC, Proof.CHAT])
def test_an_acknowledgement_with_a_proof_of_ones_own_is_not_disputed(proof: Proof) -> None:
    """Nobody else has it."""
    answer = outcome(taken(actor="ana", proof=proof), "dispute_acknowledgement", after(10))
    assert isinstance(answer, Refusal)
    assert answer.kind == "Refused"
    assert f"with the proof {proof}; only one with claimed or link is disputed" in answer.message


def test_without_an_acknowledgement_there_is_nothing_to_dispute() -> None:
    """Also not a second time."""
    assert isinstance(outcome(an_incident(), "dispute_acknowledgement", after(1)), Refusal)
    twice = disputed(taken(actor="ana")).incident
    assert isinstance(outcome(twice, "dispute_acknowledgement", after(11)), Refusal)


def test_the_person_named_and_whoever_leads_may_dispute_it() -> None:
    """Nobody else may, and the refusal names both."""
    incident = taken(LED, **BY_LINK)
    incident = done(incident, "assign_role", after(3), LED, actor="eve", role="boss", person="cy")
    for who in ("eve", "cy"):
        answer = outcome(incident, "dispute_acknowledgement", after(5), LED, actor=who)
        assert isinstance(answer, Decision), who
    answer = outcome(incident, "dispute_acknowledgement", after(5), LED, actor="bo")
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.may) == ("NotAuthorised", ("eve", "boss (cy)"))


def test_an_incident_that_somebody_moved_on_stays_where_it_is() -> None:
    """The acknowledgement is marked, and nobody is paged: somebody works on it."""
    incident = taken(actor="ana", **BY_LINK)
    moved = incident.changed(state=State.DIAGNOSIS)
    answer = disputed(moved)
    assert answer.effects == ()
    assert answer.incident.state is State.DIAGNOSIS
    assert answer.summary.endswith("; the incident stays in diagnosis")
    assert answer.incident.milestone("acknowledged") is None


def test_whoever_heard_of_the_acknowledgement_hears_of_the_dispute() -> None:
    """And nobody else."""
    told = Audience(name="staff", channels=("log",), on=("acknowledged",))
    policy = POLICY.changed(audiences=(*POLICY.audiences, told))
    answer = disputed(taken(policy, actor="ana"), policy)
    (tell,) = (e for e in answer.effects if isinstance(e, TellAudiences))
    assert (tell.event, tell.audiences) == ("acknowledgement_disputed", ("staff",))
