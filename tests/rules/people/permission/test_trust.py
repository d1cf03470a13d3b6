"""How somebody must be known, and what a link grants; authority comes first, so this does too."""

from typing import Any

import pytest

from models.base import Actor
from models.compiled import CompiledPolicy, Edition
from models.incident.record import Incident
from models.people.authority import PolicyOverrideRule
from models.proof import Proof
from rules.commands.judgement import AFTER_THE_END
from rules.people.permission.trust import untrusted
from rules.record.decision import Case, Decision, Refusal, TakenUp
from tests.rules.rated import MATRIX, rated
from tests.rules.rated import reported as reported_rated
from tests.rules.staffed import reported, staffed
from tests.specimens import POLICY, after, an_incident, outcome

TRUSTING = staffed(
    "authority:\n"
    "  trust: { acknowledge: [token, link, claimed], resolve: oidc, default: [token, oidc] }\n"
    "  by_link: [acknowledge, resolve]\n"
    "  override: { by: [ana] }\n"
    "  hold: bo\n"
)


def answer(
    name: str,
    proof: Proof,
    policy: CompiledPolicy = TRUSTING,
    incident: Incident | None = None,
    **fields: Any,
) -> Decision | Refusal:
    """What ana gets for a command at five minutes."""
    return outcome(
        incident or reported(policy), name, after(5), policy, via="web", proof=proof, **fields
    )


@pytest.mark.parametrize(
    ("name", "proof", "fields", "why"),
    [
        ("acknowledge", Proof.LINK, {}, None),
        ("acknowledge", Proof.CLAIMED, {}, None),
        ("acknowledge", Proof.OIDC, {}, "acknowledge requires that ana is known by token, link"),
        ("resolve", Proof.OIDC, {}, None),
        ("resolve", Proof.CLAIMED, {}, "resolve requires that ana is known by oidc; ana is only"),
        ("resolve", Proof.LINK, {}, "resolve requires that ana is known by oidc; ana is known by"),
        ("add_note", Proof.TOKEN, {"text": "x"}, None),
        ("add_note", Proof.CLAIMED, {"text": "x"}, "add_note requires that ana is known by token"),
        (
            "add_note",
            Proof.LINK,
            {"text": "x"},
            "a link does not grant add_note; it grants acknowledge, resolve",
        ),
    ],
)
def test_only_the_proofs_count_that_the_policy_names(
    name: str, proof: Proof, fields: dict[str, Any], why: str | None
) -> None:
    """For this command, or else for all; the refusal says which, and is one of authority."""
    got = answer(name, proof, **fields)
    if why is None:
        assert isinstance(got, Decision), got
    else:
        assert isinstance(got, Refusal)
        assert (got.kind, got.missing) == ("NotAuthorised", ("proof",))
        assert got.message.startswith(why)


def test_it_is_judged_before_the_state_and_before_who_may() -> None:
    """The refusal also says that the command is impossible; bo alone may hold."""
    got = answer("close", Proof.CLAIMED)
    assert isinstance(got, Refusal)
    assert got.kind == "NotAuthorised"
    assert "close requires that" in got.message
    assert "besides," in got.message
    got = answer("hold", Proof.CLAIMED, reason="x")
    assert isinstance(got, Refusal)
    assert got.message.startswith("hold requires that ana")


def test_no_override_replaces_a_proof_and_an_override_needs_one_too() -> None:
    """Whoever only says a name could also say that of somebody who may override."""
    got = answer("hold", Proof.CLAIMED, reason="x", override="at night")
    assert isinstance(got, Refusal)
    assert got.kind == "NotAuthorised"
    ruled = POLICY.changed(
        override=PolicyOverrideRule(by=("ana",)),
        authority={"acknowledge": POLICY.authority["close"]},
    )
    for proof, done in ((Proof.LINK, Refusal), (Proof.TOKEN, Decision)):
        got = answer("acknowledge", proof, ruled, an_incident(ruled), override="at night")
        assert isinstance(got, done), got


def test_a_part_of_a_command_needs_its_own_proof() -> None:
    """A link that grants resolve does not grant the steps that come with it."""
    policy = POLICY.changed(link_grants=("resolve",))
    got = answer("resolve", Proof.LINK, policy, an_incident(policy), steps=["verify"])
    assert isinstance(got, Refusal)
    assert "a link does not grant complete_step" in got.message


def test_without_a_word_every_proof_counts_and_a_link_grants_four_commands() -> None:
    """Nothing of it is in an older policy as it was stored."""
    for name, fields in (("decline", {"reason": "x"}), ("add_note", {"text": "x"})):
        assert isinstance(answer(name, Proof.LINK, POLICY, an_incident(), **fields), Decision)
    assert isinstance(answer("acknowledge", Proof.CLAIMED, POLICY, an_incident()), Decision)
    got = answer("cancel", Proof.LINK, POLICY, an_incident(), reason="false_alarm")
    assert isinstance(got, Refusal)
    assert "it grants acknowledge, decline, escalate, add_note" in got.message
    assert not {"trust", "link_grants"} & POLICY.model_dump().keys()
    again = CompiledPolicy.model_validate_json(TRUSTING.model_dump_json())
    assert (again.trust, again.link_grants) == (TRUSTING.trust, ("acknowledge", "resolve"))


def test_a_link_always_takes_back_what_a_link_gave() -> None:
    """Also if the policy grants it nothing else and trusts links for nothing else."""
    incident = reported(TRUSTING)
    taken = answer("acknowledge", Proof.LINK, incident=incident)
    assert isinstance(taken, Decision)
    got = answer("dispute_acknowledgement", Proof.LINK, incident=taken.incident)
    assert isinstance(got, Decision), got
    certain = answer("acknowledge", Proof.TOKEN, incident=incident)
    assert isinstance(certain, Decision)
    got = answer("dispute_acknowledgement", Proof.LINK, incident=certain.incident)
    assert isinstance(got, Refusal)


def test_a_link_ends_with_its_incident() -> None:
    """Whatever the policy grants it; the incident still takes what a token proves."""
    names = tuple(sorted(AFTER_THE_END | {"reopen", "approve", "dispute_acknowledgement"}))
    granting = TRUSTING.changed(link_grants=names, trust={})
    cancelled = answer("cancel", Proof.TOKEN, granting, reason="false_alarm")
    assert isinstance(cancelled, Decision), cancelled
    late = answer("add_note", Proof.LINK, granting, cancelled.incident, text="late")
    assert isinstance(late, Refusal)
    assert late.kind == "NotAuthorised"
    assert "a link ends with its incident, which is cancelled" in late.message
    by_token = answer("add_note", Proof.TOKEN, granting, cancelled.incident, text="late")
    assert isinstance(by_token, Decision), by_token
    ana = Actor(name="ana", via="web", proof=Proof.LINK)
    earlier = granting.changed(edition=Edition.LINKS_END - 1)
    for policy, refuses in ((granting, True), (earlier, False)):
        case = Case(cancelled.incident, policy, ana, after(5), after(5))
        assert [bool(untrusted(case, name)) for name in names] == [refuses] * len(names)


WATCHED = staffed(
    "authority:\n"
    "  trust: { acknowledge: [token], set_severity: [token] }\n"
    "  by_link: [add_note, set_attribute]\n"
)


@pytest.mark.parametrize(
    ("proof", "stops"), [(Proof.TOKEN, True), (Proof.LINK, False), (Proof.CLAIMED, False)]
)
def test_pages_are_stopped_only_with_a_proof_that_counts_for_acknowledging(
    proof: Proof, *, stops: bool
) -> None:
    """Progress, and an answer to an escalation, would be an acknowledgement by another name."""
    asked = reported(WATCHED).changed(demand_of="bo")
    got = answer("add_note", proof, WATCHED, asked, text="hello")
    assert isinstance(got, Decision), got
    assert (TakenUp("ana") in got.effects) is stops
    before = WATCHED.changed(judges_in_full=False)
    got = answer("add_note", proof, before, asked, text="hello")
    assert isinstance(got, Decision), got
    assert TakenUp("ana") in got.effects, "an incident that began earlier keeps the old rule"


def test_an_attribute_that_changes_the_severity_needs_the_proof_of_that() -> None:
    """An attribute that changes nothing else does not."""
    rules = rated(MATRIX)
    trusting = rules.changed(trust=WATCHED.trust, link_grants=("set_attribute",))
    given = {"impact": "low", "urgency": "low"}
    incident = reported_rated(trusting, attributes=given)
    said = {"attribute": "impact", "value": "high"}
    for proof, kind in ((Proof.TOKEN, Decision), (Proof.CLAIMED, Refusal), (Proof.LINK, Refusal)):
        assert isinstance(answer("set_attribute", proof, trusting, incident, **said), kind)
    said = {"attribute": "impact", "value": "low"}
    assert isinstance(answer("set_attribute", Proof.CLAIMED, trusting, incident, **said), Decision)
