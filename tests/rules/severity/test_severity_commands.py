"""Who may set which severity, what people hear of it, and what stays on the record."""

from typing import Any

import pytest

from models.base import ENGINE
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from rules.record.decision import Decision, Refusal, TellAudiences
from tests.rules.rated import MATRIX, rated, reported
from tests.specimens import ANA, after, done, outcome

RULED = rated(MATRIX + "  raise: { by: lead, needs: reason }\n  lower: lead\n")
PLAIN = rated(MATRIX)
BOUNDED = rated(MATRIX + "  caps: { environment=staging: P3 }\n")


def answered(policy: CompiledPolicy, incident: Incident, **fields: Any) -> Decision:
    """The decision to set a severity."""
    answer = outcome(incident, "set_severity", after(5), policy, **fields)
    assert isinstance(answer, Decision), answer
    return answer


def refused(policy: CompiledPolicy, incident: Incident, **fields: Any) -> Refusal:
    """The refusal to set a severity."""
    answer = outcome(incident, "set_severity", after(5), policy, **fields)
    assert isinstance(answer, Refusal), answer
    return answer


@pytest.mark.parametrize(
    ("fields", "kind", "message", "missing"),
    [
        (
            {"severity": "SEV1"},
            "Refused",
            "the policy has no severity 'SEV1'; it has: P1, P2, P3, P4",
            (),
        ),
        (
            {},
            "Refused",
            "the attributes give no severity; not known for sure: impact, urgency",
            ("impact", "urgency"),
        ),
        (
            {"severity": "P1", "actor": "bo"},
            "Refused",
            "this change of severity needs a reason: note",
            ("note",),
        ),
    ],
)
def test_an_impossible_severity_is_refused_with_the_possible_ones(
    fields: dict[str, Any], kind: str, message: str, missing: tuple[str, ...]
) -> None:
    """It is unknown, does not follow from the attributes, or has no reason."""
    refusal = refused(RULED, reported(RULED, severity="P2"), **fields)
    assert (refusal.kind, refusal.message, refusal.missing) == (kind, message, missing)


@pytest.mark.parametrize(("verb", "severity"), [("raise", "P1"), ("lower", "P4")])
def test_a_change_without_authority_is_refused_with_those_who_have_it(
    verb: str, severity: str
) -> None:
    """The refusal says whether it would be raised or lowered."""
    refusal = refused(RULED, reported(RULED, severity="P2"), severity=severity)
    assert (refusal.kind, refusal.may) == ("NotAuthorised", ("lead (bo)",))
    assert refusal.message.startswith(f"ana may not {verb} the severity ")
    assert f"to {severity}; may: lead (bo)" in refusal.message


def test_a_severity_must_be_stated_if_the_policy_has_no_attributes() -> None:
    """No attribute could give one."""
    policy = rated("  default: P3\n")
    refusal = refused(policy, reported(policy))
    assert (refusal.message, refusal.missing) == (
        "the attributes give no severity; say one",
        (),
    )


def test_a_person_with_authority_and_a_reason_raises_the_severity() -> None:
    """The reason is told too; data has the old and the new severity."""
    answer = answered(
        RULED, reported(RULED, severity="P2"), severity="P1", actor="bo", note="worse"
    )
    words = "severity P2 → P1 by bo (worse); running clocks take the new targets"
    assert answer.summary == words
    assert TellAudiences("severity_changed", words) in answer.effects
    line = answer.incident.timeline[-1]
    assert (line.kind, line.summary, line.actor.name) == ("severity.changed", words, "bo")
    assert {name: line.data[name] for name in ("was", "becomes")} == {"was": "P2", "becomes": "P1"}
    change = answer.incident.severities[-1]
    assert (change.severity, change.at, change.actor) == ("P1", after(5), line.actor)
    assert (change.confirmed, change.follows, change.meant) == (True, False, None)


def test_confirming_a_severity_needs_neither_authority_nor_reason() -> None:
    """The severity stays, and nobody hears of it."""
    answer = answered(RULED, reported(RULED, severity="P2"), severity="P2")
    assert (answer.summary, answer.effects) == ("severity P2 confirmed by ana", ())
    line = answer.incident.timeline[-1]
    assert (line.kind, line.summary, line.actor) == ("severity.confirmed", answer.summary, ANA)
    assert answer.incident.severity_confirmed


def test_the_engine_raises_a_severity_but_confirms_none() -> None:
    """Only a person confirms, and what a person confirmed stays confirmed."""
    engine = {"actor": ENGINE.name, "via": ENGINE.via}
    raised = answered(PLAIN, reported(PLAIN, severity="P2"), severity="P1", **engine).incident
    assert (raised.severity, raised.severity_confirmed) == ("P1", False)
    confirmed = done(reported(PLAIN, severity="P2"), "set_severity", after(1), PLAIN, severity="P2")
    raised = answered(PLAIN, confirmed, severity="P1", **engine).incident
    assert raised.severities[-1].confirmed


def test_a_change_that_happened_earlier_counts_from_then() -> None:
    """Record and timeline have that time, also for attributes of the same command."""
    known = {"impact": "high", "urgency": "high"}
    answer = answered(PLAIN, reported(PLAIN, severity="P3"), attributes=known, happened_at=after(2))
    assert [change.at for change in answer.incident.attributes] == [after(2), after(2)]
    told = [e.summary for e in answer.incident.timeline if e.kind == "attribute.set"]
    assert told == ["impact is high", "urgency is high"]
    assert answer.incident.severities[-1].at == after(2)
    line = answer.incident.timeline[-1]
    assert (line.happened_at, line.recorded_at) == (after(2), after(5))


def test_an_attribute_says_why_it_was_set_and_what_became_of_the_severity() -> None:
    """A severity that somebody confirmed before need not be confirmed again."""
    incident = reported(PLAIN, attributes={"impact": "low", "urgency": "high"})
    said = {"attribute": "impact", "value": "high", "note": "all of them"}
    answer = outcome(incident, "set_attribute", after(5), PLAIN, **said)
    assert isinstance(answer, Decision)
    change = (
        "severity P3 → P1 by ana: impact high x urgency high; running clocks take the new targets"
    )
    assert answer.summary == f"impact is high (all of them); {change}"
    assert answer.effects == (TellAudiences("severity_changed", change),)
    lines = [entry.summary for entry in answer.incident.timeline[-2:]]
    assert lines == ["impact is high (all of them)", change]
    assert not answer.incident.severity_confirmed
    confirmed = done(incident, "set_severity", after(1), PLAIN, severity="P3")
    told = done(confirmed, "set_attribute", after(5), PLAIN, **said)
    assert told.severities[-1].confirmed
    plain = outcome(incident, "set_attribute", after(5), PLAIN, attribute="users", value="few")
    assert isinstance(plain, Decision)
    assert (plain.summary, plain.effects) == ("users is few", ())


def test_the_severity_of_an_incident_that_is_over_is_final() -> None:
    """It could be set again after a reopening."""
    over = done(reported(PLAIN), "cancel", after(2), PLAIN, reason="false_alarm")
    refusal = refused(PLAIN, over, severity="P1")
    assert (refusal.kind, refusal.message) == ("Refused", "the incident is cancelled")


def test_commands_and_attributes_keep_the_bounds_of_the_policy() -> None:
    """A stated severity counts again once no bound holds it."""
    staging = {"attribute": "environment", "value": "staging"}
    incident = reported(BOUNDED, severity="P1")
    incident = done(incident, "set_attribute", after(2), BOUNDED, **staging)
    assert incident.timeline[-1].summary == (
        "severity P1 → P3 by ana: as stated; capped at P3 by environment=staging; "
        "running clocks take the new targets"
    )
    refusal = refused(BOUNDED, incident, severity="P1")
    assert (refusal.kind, refusal.message) == (
        "Refused",
        "the severity cannot be P1: it is capped at P3 by environment=staging",
    )
    staging["value"] = "production"
    told = done(incident, "set_attribute", after(6), BOUNDED, **staging)
    assert (told.severity, told.timeline[-1].summary) == (
        "P1",
        "severity P3 → P1 by ana; running clocks take the new targets",
    )
    staging["value"] = "stagin"
    answer = outcome(told, "set_attribute", after(7), BOUNDED, **staging)
    assert isinstance(answer, Refusal)
    assert answer.kind == "Refused"
    assert answer.message == "environment cannot be 'stagin'; did you mean staging?"


def test_raising_and_lowering_have_a_rule_for_clocks_each() -> None:
    """Here, a lowered severity leaves the clocks alone, a raised one does not."""
    policy = rated(MATRIX + "  lower: { by: anyone, running_clocks: keep }\n")
    incident = reported(policy, severity="P2")
    lowered = answered(policy, incident, severity="P4").summary
    assert lowered == "severity P2 → P4 by ana; running clocks keep their targets"
    raised = answered(policy, incident, severity="P1").summary
    assert raised == "severity P2 → P1 by ana; running clocks take the new targets"


def test_a_person_who_may_later_asks_by_trying_and_may_then() -> None:
    """Those who may act now hear what the asker wants to do."""
    policy = rated(MATRIX + "  raise: { by: lead, after: { 30m: [ana] } }\n")
    incident = reported(policy, severity="P2")
    refusal = refused(policy, incident, severity="P1")
    assert refusal.leaves is not None
    waiting = refusal.leaves.incident
    assert (waiting.requests[0].command, waiting.requests[0].says) == (
        "set_severity",
        "set_severity P1",
    )
    assert isinstance(outcome(waiting, "set_severity", after(34), policy, severity="P1"), Refusal)
    assert done(waiting, "set_severity", after(35), policy, severity="P1").severity == "P1"
