"""How severities change: by command, with attributes, within bounds, and the effect on clocks."""

import pytest

from models.alert import Alert, AlertRecord, AlertStatus
from models.base import ENGINE, MONITORING
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from rules.record.decision import Case, Decision, Refusal, TellAudiences
from rules.severity.attributes import attributes_reported, shared_labels
from rules.severity.changes import severity_after
from tests.rules.rated import MATRIX, rated, reported, why
from tests.specimens import ANA, START, after, done, outcome

PLAIN = rated(MATRIX)
BOUNDED = rated(MATRIX + "  caps: { environment=staging: P3 }\n  at_least: { flag security: P3 }\n")
LOWERING = rated(MATRIX + "  lower: { by: lead, needs: reason }\n")


def refused(incident: Incident, name: str, policy: CompiledPolicy, **fields: object) -> Refusal:
    """The refusal of a command."""
    answer = outcome(incident, name, after(5), policy, **fields)
    assert isinstance(answer, Refusal), answer
    return answer


def test_a_report_with_attributes_has_the_severity_that_they_give() -> None:
    """The timeline says why; no person has confirmed it."""
    incident = reported(PLAIN, attributes={"impact": "high", "urgency": "low"})
    assert (incident.severity, why(incident)) == ("P2", "P2: impact high x urgency low")
    assert not incident.severity_confirmed


def test_a_reported_severity_is_bounded() -> None:
    """The original severity is kept, and counts once the cap no longer holds."""
    incident = reported(BOUNDED, severity="P1", attributes={"environment": "staging"})
    assert (incident.severity, why(incident)) == (
        "P3",
        "P3: as stated; capped at P3 by environment=staging",
    )
    incident = done(
        incident, "set_attribute", after(5), BOUNDED, attribute="environment", value="production"
    )
    assert incident.severity == "P1"


def test_a_policy_without_such_rules_has_no_words_about_them() -> None:
    """Its incidents begin as they always did."""
    incident = reported(rated("  default: P3\n"), severity="P2")
    assert [entry.kind for entry in incident.timeline] == ["incident.reported", "role.assigned"]


def test_attributes_give_and_confirm_the_severity() -> None:
    """Each attribute is on the record, and the severity names those it follows from."""
    incident = done(
        reported(PLAIN),
        "set_severity",
        after(5),
        PLAIN,
        attributes={"impact": "high", "urgency": "high"},
    )
    assert (incident.severity, incident.severity_confirmed) == ("P1", True)
    assert [(c.name, c.value) for c in incident.attributes] == [
        ("impact", "high"),
        ("urgency", "high"),
    ]
    assert why(incident) == (
        "severity P4 → P1 by ana: impact high x urgency high; running clocks take the new targets"
    )


@pytest.mark.parametrize(
    ("fields", "message", "missing"),
    [
        (
            {"attributes": {"environment": "staging"}},
            "the attributes give no severity; not known for sure: impact, urgency",
            ("impact", "urgency"),
        ),
        (
            {"attributes": {"impct": "high"}},
            "the policy has no attribute 'impct'; did you mean impact?",
            (),
        ),
        (
            {"attributes": {"impact": "hgh", "users": "none"}},
            (
                "impact cannot be 'hgh'; did you mean high? "
                "users cannot be 'none'; there are: few, many, unknown"
            ),
            (),
        ),
    ],
)
def test_attributes_that_give_no_severity_are_refused(
    fields: dict[str, object], message: str, missing: tuple[str, ...]
) -> None:
    """The refusal says what would be right, and nothing is recorded."""
    refusal = refused(reported(PLAIN), "set_severity", PLAIN, **fields)
    assert (refusal.message, refusal.missing) == (message, missing)


def test_a_severity_out_of_bounds_is_refused_with_the_bound() -> None:
    """This holds for everybody; attributes in the same command count already."""
    incident = reported(BOUNDED)
    staging = {"environment": "staging"}
    refusal = refused(incident, "set_severity", BOUNDED, severity="P1", attributes=staging)
    assert refusal.message == (
        "the severity cannot be P1: it is capped at P3 by environment=staging"
    )
    engine = {"actor": ENGINE.name, "via": ENGINE.via}
    secure = done(incident, "set_attribute", after(5), BOUNDED, attribute="security")
    assert secure.severity == "P3"
    refusal = refused(secure, "set_severity", BOUNDED, severity="P4", **engine)
    assert refusal.message == "the severity cannot be P4: it is at least P3 by flag security"


def test_a_severity_follows_its_attributes_until_somebody_states_another() -> None:
    """Confirming that severity does not change this."""
    incident = reported(PLAIN, attributes={"impact": "low", "urgency": "high"})
    incident = done(incident, "set_severity", after(1), PLAIN, severity="P3")
    incident = done(incident, "set_attribute", after(2), PLAIN, attribute="impact", value="high")
    assert incident.severity == "P1"
    assert [entry.kind for entry in incident.timeline[-2:]] == [
        "attribute.set",
        "severity.changed",
    ]
    incident = done(incident, "set_severity", after(3), PLAIN, severity="P4")
    incident = done(incident, "set_attribute", after(4), PLAIN, attribute="urgency", value="low")
    assert incident.severity == "P4"


def test_setting_an_attribute_needs_authority_for_the_resulting_severity() -> None:
    """Nobody can lower it indirectly; with authority, it still needs the policy's reason."""
    incident = reported(LOWERING, attributes={"impact": "high", "urgency": "high"})
    lower = {"attribute": "impact", "value": "low"}
    refusal = refused(incident, "set_attribute", LOWERING, **lower)
    assert (refusal.kind, refusal.may) == ("NotAuthorised", ("lead (bo)",))
    refusal = refused(incident, "set_attribute", LOWERING, actor="bo", **lower)
    assert refusal.missing == ("note",)
    lowered = done(
        incident, "set_attribute", after(5), LOWERING, actor="bo", note="seen again", **lower
    )
    assert lowered.severity == "P3"


def test_no_severity_changes_after_the_milestone_that_freezes_it() -> None:
    """People can still confirm it, and set attributes."""
    policy = rated(MATRIX + "  frozen_after: acknowledged\n")
    known = {"impact": "low", "urgency": "high"}
    incident = done(reported(policy, attributes=known), "acknowledge", after(2), policy)
    refusal = refused(incident, "set_severity", policy, severity="P1")
    assert refusal.kind == "Refused"
    assert refusal.message == (
        "the severity is final after acknowledged, which was at 2026-03-27 16:52:00 UTC"
    )
    assert done(incident, "set_severity", after(5), policy, severity="P3").severity_confirmed
    told = done(incident, "set_attribute", after(5), policy, attribute="impact", value="high")
    assert (told.severity, told.attributes[-1].value) == ("P3", "high")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("keep", "running clocks keep their targets"),
        ("retarget", "running clocks take the new targets"),
        ("restart", "running clocks start anew"),
    ],
)
def test_a_change_says_what_happens_to_running_clocks(rule: str, words: str) -> None:
    """It says so in words, with the limits that hold from now on."""
    policy = rated(MATRIX + f"  raise: {{ by: anyone, running_clocks: {rule} }}\n")
    incident = reported(policy, severity="P2")
    answer = outcome(incident, "set_severity", after(2), policy, severity="P1")
    assert isinstance(answer, Decision)
    line = answer.incident.timeline[-1]
    assert answer.summary == f"severity P2 → P1 by ana; {words}"
    assert answer.effects == (TellAudiences("severity_changed", answer.summary),)
    limits = {"keep": after(60), "retarget": after(5), "restart": after(7)}
    assert line.data["running_clocks"] == rule
    assert line.data["deadlines"] == {"acknowledge": limits[rule].isoformat()}


def test_a_change_does_not_mention_stopped_clocks() -> None:
    """No clock runs, so none changes."""
    incident = done(reported(PLAIN, severity="P2"), "acknowledge", after(1), PLAIN)
    incident = done(incident, "set_severity", after(2), PLAIN, severity="P1")
    line = incident.timeline[-1]
    assert (line.summary, line.data["deadlines"]) == ("severity P2 → P1 by ana", {})


NESTED = rated(
    """\
  from:
    impact:
      values: [low, high]
      from: { users: [few, many], function: [minor, core] }
      matrix: [[low, high], [high, high]]
    urgency: [low, high]
    matrix: [[P4, P3], [P2, P1]]
"""
)


def test_a_consequence_of_attributes_is_on_the_record() -> None:
    """So clocks can ask for it; what people state of it is theirs and stays."""
    known = {"users": "few", "function": "minor", "urgency": "low"}
    incident = reported(NESTED, attributes=known)
    assert [(c.name, c.value, c.actor) for c in incident.attributes] == [("impact", "low", ENGINE)]
    incident = done(incident, "set_attribute", after(1), NESTED, attribute="users", value="many")
    assert incident.attributes[-1].value == "high"
    assert incident.severity == "P2"
    incident = done(incident, "set_attribute", after(2), NESTED, attribute="impact", value="low")
    incident = done(incident, "set_attribute", after(3), NESTED, attribute="function", value="core")
    assert (incident.severity, incident.attributes[-1].name) == ("P4", "function")


def an_alert(fingerprint: str, **labels: str) -> AlertRecord:
    """An alert that fires, with labels."""
    alert = Alert(
        fingerprint=fingerprint,
        name=fingerprint,
        status=AlertStatus.FIRING,
        labels=labels,
        started_at=START,
    )
    return AlertRecord(alert=alert, first_seen_at=START, last_seen_at=START)


def test_alerts_say_the_attributes_that_their_labels_name() -> None:
    """Where they differ the worse counts; what the policy does not know is left out, and told."""
    alerts = (
        an_alert("a", impact="high", urgency="low", users="evrybody"),
        an_alert("b", impact="low", urgency="low", users="few"),
    )
    incident = reported(PLAIN, reporter=MONITORING, severity="P4", alerts=alerts)
    assert (incident.severity, why(incident)) == (
        "P2",
        "P2: impact high or low x urgency low, the worst of P2, P4",
    )
    (left_out,) = [e.summary for e in incident.timeline if e.kind == "attribute.left_out"]
    assert left_out == (
        "left out of the labels of its alerts: "
        "users cannot be 'evrybody'; there are: few, many, unknown"
    )


def test_an_attribute_that_all_alerts_share_goes_into_the_report() -> None:
    """Not what they differ in, what only some say, or what the attribute cannot be."""
    alerts = (
        an_alert("a", impact="high", urgency="low", users="few", environment="staging"),
        an_alert("b", impact="low", urgency="low", users="evrybody"),
        an_alert("too-many-to-have-labels"),
    )
    report = reported(PLAIN, reporter=MONITORING, alerts=alerts).report
    assert shared_labels(report, PLAIN) == {"urgency": "low"}
    free = PLAIN.changed(attributes={"urgency": (), "environment": ()})
    assert shared_labels(report, free) == {"urgency": "low"}
    assert "team" not in attributes_reported(report, free.changed(attributes={"team": ()}))
    assert "urgency" not in attributes_reported(report.changed(reporter=ANA), PLAIN)
    assert attributes_reported(report, PLAIN) == {
        "impact": ("high", "low"),
        "urgency": ("low",),
        "via": ("alerts",),
        "reporter": ("monitoring",),
    }


def test_an_attribute_of_only_some_alerts_is_unknown() -> None:
    """What one of them says is not true of the incident."""
    alerts = (an_alert("a", environment="staging"), an_alert("b", team="web"))
    incident = reported(BOUNDED, reporter=MONITORING, severity="P1", alerts=alerts)
    assert (incident.severity, why(incident)) == ("P1", "P1: by the labels of its alerts")


def test_a_severity_stays_if_nothing_gives_another() -> None:
    """None: nothing to do. That of a terminal incident is final."""
    incident = reported(PLAIN, severity="P2")
    case = Case(incident, PLAIN, ANA, after(5), after(5))
    assert severity_after(case, {"impact": "high"}, "") is None
    assert severity_after(case, {"users": "few"}, "") is None
    follows = reported(PLAIN)
    case = Case(follows, PLAIN, ANA, after(5), after(5))
    verdict = severity_after(case, {"impact": "high"}, "")
    assert not isinstance(verdict, Refusal)
    assert verdict is not None
    assert (verdict.severity, verdict.follows) == ("P1", True)
    cancelled = done(follows, "cancel", after(5), PLAIN, reason="false_alarm")
    case = Case(cancelled, PLAIN, ANA, after(6), after(6))
    assert severity_after(case, {"impact": "high"}, "") is None
