"""What an incident carries of a policy, and what intake decides by."""

from datetime import timedelta

import pytest

from models.compiled import AuthorityRule, CompiledPolicy
from models.policy import Policy
from models.time.clock import Action, ActionKind, Threshold
from policies.compiling.escalations import escalation_of, target_of
from policies.compiling.policy import PolicyTooLarge, compile_intake, compile_policy, content_hash
from policies.reading.load import parse_policy
from tests.policies.written import LEAST, WHOLE

HASH = "0" * 64


def policy(text: str) -> Policy:
    """The policy of a text that has no problems."""
    read = parse_policy(text.encode())
    assert read.policy is not None, read.problems
    return read.policy


def compiled(added: str = "", service: str | None = None) -> CompiledPolicy:
    """The whole policy with more sections, compiled."""
    return compile_policy(policy(WHOLE + added), HASH, service)


def test_thresholds_are_shares_with_readable_names() -> None:
    """Each threshold keeps its actions in their order."""
    added = """\
  resolve:
    from: reported
    to: resolved
    within: { SEV1: 4h }
    at: { 50%: notify lead, 100%: [escalate, page ana], 150%: raise severity }
    pauses_on: [third_party]
    outlives: true
    on_repeat: new
"""
    clock = compiled(added).clock("resolve")
    assert clock is not None
    assert clock.within["SEV1"].within == timedelta(hours=4)
    assert clock.pauses_on == ("third_party",)
    assert clock.outlives
    assert clock.on_repeat == "new"
    assert clock.thresholds == (
        Threshold(
            name="50%", fraction=0.5, actions=(Action(kind=ActionKind.NOTIFY, target="lead"),)
        ),
        Threshold(
            name="100%",
            fraction=1.0,
            actions=(
                Action(kind=ActionKind.ESCALATE),
                Action(kind=ActionKind.PAGE, target="ana"),
            ),
        ),
        Threshold(name="150%", fraction=1.5, actions=(Action(kind=ActionKind.RAISE_SEVERITY),)),
    )


def test_severities_keep_their_order_and_the_worst_is_the_default() -> None:
    """An alert without a severity is treated as a bad one."""
    assert compiled().severities == ("SEV1", "SEV2")
    assert compiled().default_severity == "SEV1"
    assert compiled("severity_rules: { default: SEV2 }\n").default_severity == "SEV2"


def test_levels_page_the_targets_that_their_words_name() -> None:
    """A bare name is a person, a role or a channel, whichever the policy has."""
    escalation = compiled().escalation
    assert escalation is not None
    assert [level.page for level in escalation.levels] == [("person:ana",), ("person:bo",)]
    assert [level.wait for level in escalation.levels] == [timedelta(minutes=5)] * 2
    assert escalation.repeat == 1
    whole = policy(WHOLE)
    assert target_of(whole, "lead") == "role:lead"
    assert target_of(whole, "pager") == "channel:pager"
    assert target_of(whole, "channel:pager") == "channel:pager"


def test_a_service_chooses_its_escalation_and_others_follow_the_default() -> None:
    """Unknown services and incidents without a service follow it, too."""
    text = (
        WHOLE.replace("  default: [", "  web: [{ page: bo, wait: 1m }]\n  default: [")
        + "services: { shop: { escalation: web }, bank: {} }\n"
    )
    chosen = {name: escalation_of(policy(text), name) for name in ("shop", "bank", "new", None)}
    assert chosen == {"shop": "web", "bank": "default", "new": "default", None: "default"}
    first = policy(text.replace("  default: [", "  main: ["))
    assert escalation_of(first, None) == "web"
    assert escalation_of(policy(LEAST), "shop") is None
    assert compile_policy(policy(LEAST), HASH).escalation is None


def test_authority_is_written_short_or_long() -> None:
    """It is one word, a list, or an entry with reasons and whether a reason is needed."""
    rules = compiled(
        "authority: { close: lead, resolve: [lead, scribe],"
        " cancel: { by: lead, reasons: [drill] }, reopen: { needs: reason } }\n"
        "severity_rules: { lower: { by: lead, needs: reason } }\n"
    )
    assert rules.authority == {
        "close": AuthorityRule(by=("lead",)),
        "resolve": AuthorityRule(by=("lead", "scribe")),
        "cancel": AuthorityRule(by=("lead",), reasons=("drill",)),
        "reopen": AuthorityRule(by=("people",), needs_note=True),
        "acknowledge": AuthorityRule(by=("responders",)),
        "decline": AuthorityRule(by=("responders",)),
        "dispute_acknowledgement": AuthorityRule(by=("lead",)),
        "assign_role": AuthorityRule(by=("responders",)),
        "adopt_policy": AuthorityRule(by=("lead",), needs_note=True),
    }
    assert rules.raise_severity == AuthorityRule(by=("people",))
    assert rules.lower_severity == AuthorityRule(by=("lead",), needs_note=True)


def test_people_channels_roles_and_steps_are_carried_without_prose() -> None:
    """What decides travels with the incident; what only explains stays in the file."""
    rules = compiled("steps: { diagnosis: [{ do: Look at the graphs, by: lead }] }\n")
    assert rules.people["ana"].email == "ana@example.com"
    assert rules.fallbacks == {"pager": "log"}
    assert rules.paging_channels == ("pager",)
    (step,) = rules.steps
    assert (step.id, step.state, step.required) == ("look_at_the_graphs", "diagnosis", False)
    lead = rules.role("lead")
    assert lead is not None
    assert lead.required == {"SEV1": timedelta(0)}
    assert "less bad" not in rules.model_dump_json()


def test_an_audience_carries_its_cadence() -> None:
    """The file says it in two places, by audience and by severity; it is one rule."""
    rules = compiled(
        "communication: { lead: lead, audiences: { all: { channels: log, on: resolved,"
        " sees: [state] } }, updates: { all: { SEV1: 30m } } }\n"
    )
    audience = rules.audience("all")
    assert audience is not None
    rhythm = audience.rhythm("SEV1")
    assert rhythm is not None
    assert rhythm.every.within == timedelta(minutes=30)
    assert (audience.channels, audience.on, audience.sees) == (("log",), ("resolved",), ("state",))
    assert rules.communication_lead == "lead"


def test_review_alerts_and_record_are_carried() -> None:
    """Whatever the file leaves out has the engine's default."""
    rules = compiled(
        "review: { required: { SEV1: always }, led_by: lead, with: scribe, aspects: [cause],"
        " documents: [incident_report], lessons: false, action_items: true }\n"
        "alerts: { open: { after_count: 3 }, reopen_within: 1h, when_quiet: mitigate }\n"
        "record: { stored_in: archive, retention: 90d, names_in_search: false }\n"
        "holds: { reasons: [vendor] }\n"
        "milestones: [told]\n"
    )
    assert rules.review.required == {"SEV1": "always"}
    assert rules.review.attendees == ("scribe",)
    assert (rules.review.lessons, rules.review.action_items) == (False, True)
    assert rules.grouping.open_after_count == 3
    assert rules.grouping.reopen_within == timedelta(hours=1)
    assert rules.grouping.settle_after == timedelta(minutes=15)
    assert rules.when_alerts_quiet == "mitigate"
    assert rules.retention == timedelta(days=90)
    assert (rules.names_in_search, compiled().names_in_search) == (False, True)
    assert compiled().retention == timedelta(days=30)
    assert rules.hold_reasons == ("vendor",)
    assert rules.milestones == ("told",)


def test_intake_decides_by_labels_patterns_and_who_may_report() -> None:
    """It has what the ways in need, and nothing else."""
    rules = compile_intake(
        policy(
            WHOLE.replace("bo: {}", "bo: { teams: web }")
            + "severity_rules: { default: SEV2, from_labels: { severity: { critical: SEV1 } } }\n"
            "alerts: { ignore: [{ severity: none }] }\n"
            "reporting: { who: [web, monitoring], required: [title, nature], channels: [api] }\n"
        )
    )
    assert rules.severity.default == "SEV2"
    assert rules.severity.labels == {"severity": {"critical": "SEV1"}}
    assert rules.ignore == ({"severity": "none"},)
    assert rules.reporting.who == ("web", "monitoring")
    assert rules.reporting.required == ("title", "nature")
    assert rules.reporting.people == {"ana": (), "bo": ("web",)}
    assert compile_intake(policy(LEAST)).reporting.who == ("anyone",)


def test_a_policy_that_is_too_large_for_an_incident_is_refused() -> None:
    """The limit is 64 KiB compiled; the refusal says what to do."""
    steps = "".join(
        f"    - {{ id: s{n}, do: {'Look at everything there is ' * 8}, by: lead }}\n"
        for n in range(300)
    )
    with pytest.raises(PolicyTooLarge, match="at most 64 KiB: shorten steps"):
        compiled("steps:\n  diagnosis:\n" + steps)


def test_prose_may_have_any_length() -> None:
    """Incidents do not carry it."""
    added = "principles:\n  framework: |\n" + f"    {'x' * 1_000}\n" * 100
    assert compiled(added).policy_hash == HASH


def test_the_hash_is_that_of_the_file_s_bytes() -> None:
    """An auditor computes it with any tool."""
    assert content_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
