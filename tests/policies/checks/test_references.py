"""Everything that a policy names must exist."""

import pytest

from models.time.moments import SPECIAL
from policies.checks.clocks import MILESTONES
from tests.policies.written import MARK, WHOLE, changed, clock, errors, expected_at

UNKNOWN = {
    "severity of a role": (
        changed("required: { SEV1: 0s }", "required: { §SEV9: 0s }"),
        "error: there is no severity SEV9; there are: SEV1, SEV2",
    ),
    "severity of a clock": (
        changed("SEV2: 1h } }", "§sev2: 1h, SEV2: 1h } }"),
        "error: there is no severity sev2; did you mean SEV2?",
    ),
    "severity by default": (
        WHOLE + "severity_rules: { default: §SEV3 }\n",
        "error: there is no severity SEV3; there are: SEV1, SEV2",
    ),
    "severity from a label": (
        WHOLE + "severity_rules: { from_labels: { severity: { critical: §P1 } } }\n",
        "error: there is no severity P1; there are: SEV1, SEV2",
    ),
    "severity of updates": (
        WHOLE + "communication: { lead: lead, audiences: { all: { channels: log } },"
        " updates: { all: { §SEV0: 1h } } }\n",
        "error: there is no severity SEV0; there are: SEV1, SEV2",
    ),
    "severity of a review": (
        WHOLE + "review: { required: { SEV1: always, SEV2: never, §SEV5: never } }\n",
        "error: there is no severity SEV5; there are: SEV1, SEV2",
    ),
    "identity of two people": (
        changed("bo: {}", "bo: { identities: [§Ana@Example.com] }"),
        (
            "error: Ana@Example.com is an identity of ana, too; "
            "leave it to the one person whom it means"
        ),
    ),
    "identity of several words": (
        changed("bo: {}", "bo: { identities: [§none because bo has none] }"),
        (
            "error: none because bo has none is no identity: it has spaces; "
            "write an e-mail address or a subject, or leave the key out"
        ),
    ),
    "a user of Slack who is two people": (
        changed("bo: {}", "bo: { slack: U0123ABCD }, cy: { slack: §U0123ABCD }"),
        "error: U0123ABCD is bo in Slack, too; leave it to the one person whom it means",
    ),
    "a channel for each incident": (
        changed(
            "log: { kind: log } }",
            "log: { kind: log }, chat: { kind: slack, own_channel: { at_least: §SEV7 } },"
            " mail: { kind: email, §own_channel: {} } }",
        ),
        "error: there is no severity SEV7; there are: SEV1, SEV2",
        "error: a channel of kind email makes no channel for an incident; only slack does",
    ),
    "channel for paging": (
        changed("channels: [pager]", "channels: [§pagr]"),
        "error: there is no channel pagr; did you mean pager?",
    ),
    "channel to fall back to": (
        changed("fallback: log", "fallback: §logg"),
        "error: there is no channel logg; did you mean log?",
    ),
    "channel of a person": (
        changed("bo: {}", "bo: { page_by: [§sms] }"),
        "error: there is no channel sms; there are: pager, log",
    ),
    "channel of an audience": (
        WHOLE + "communication: { audiences: { all: { channels: [log, §lg], on: [resolved] } } }\n",
        "error: there is no channel lg; did you mean log?",
    ),
    "zone of a person": (
        changed("bo: {}", "bo: { zone: §Europe/Madird }"),
        "error: there is no time zone Europe/Madird; did you mean Europe/Madrid?",
    ),
    "person to page": (
        changed("page: bo", "page: §bob"),
        "error: there is no person, role, channel or schedule bob; did you mean bo?",
    ),
    "role to page": (
        changed("page: bo", "page: [bo, §role:leed]"),
        "error: there is no role leed; did you mean lead?",
    ),
    "kind of target": (
        changed("page: bo", "page: §team:night"),
        (
            "error: team:night is not a target; write "
            "person:NAME, role:NAME, channel:NAME, schedule:NAME"
        ),
    ),
    "holder by default": (
        changed("default: acknowledger", "default: §acknowledgr"),
        "error: there is no person or role acknowledgr; did you mean acknowledger?",
    ),
    "deputy": (
        changed("duties: Writes }", "duties: Writes, deputy: §leda }"),
        "error: there is no person or role leda; did you mean lead?",
    ),
    "owner and escalation of a service": (
        WHOLE + "services: { shop: { escalation: §defalt, owner: §an } }\n",
        "error: there is no escalation defalt; did you mean default?",
        "error: there is no person or role an; did you mean ana?",
    ),
    "command and role in authority": (
        WHOLE + "authority: { §clos: lead, resolve: { by: [§leed, anyone] } }\n",
        "error: there is no command clos; did you mean close?",
        "error: there is no role or person leed; did you mean lead?",
    ),
    "who may lower a severity": (
        WHOLE + "severity_rules: { lower: { by: §managr, needs: reason } }\n",
        (
            "error: there is no role or person managr; "
            "there are: anyone, people, responders, nobody, lead, scribe, ana, bo"
        ),
    ),
    "who may report, what a report says, by which way in": (
        WHOLE
        + "reporting: { who: [§staff], required: [§titel], channels: [api, §fax, tel:112] }\n",
        (
            "error: there is no person, team or role staff; there are: anyone, people, monitoring, "
            "ana, bo, lead, scribe"
        ),
        "error: there is no information titel; did you mean title?",
        (
            "error: there is no way in fax; "
            "there are: monitoring, command_line, api, web, chat, temporal"
        ),
    ),
    "state and role of a step": (
        WHOLE
        + "steps: { §diagnose: [{ do: Look, by: lead }], diagnosis: [{ do: Think, by: §lad }] }\n",
        "error: there is no state with steps diagnose; did you mean diagnosis?",
        "error: there is no role or person lad; did you mean lead?",
    ),
    "milestone": (
        WHOLE + clock("reported", "§regulator_told"),
        "error: there is no milestone regulator_told; there are: "
        + ", ".join((*MILESTONES, *SPECIAL))
        + ", or add regulator_told to milestones",
    ),
    "hold reason": (
        WHOLE
        + clock("reported", "resolved", ", pauses_on: [any, §vendor]")
        + "holds: { reasons: [third_party] }\n",
        "error: there is no hold reason vendor; there are: third_party, any",
    ),
    "whom actions are meant for": (
        WHOLE + clock("reported", "resolved", ", at: { 50%: §notify all, 100%: [§page lad] }"),
        "error: there is no audience, role or person all; there are: lead, scribe, ana, bo",
        "error: there is no role or person lad; did you mean lead?",
    ),
    "audience, event, fact": (
        WHOLE + "communication: { lead: §leader, audiences: { all: { channels: log, on: [§solved],"
        " sees: [§sate] } }, updates: { §al: { SEV1: 1h } } }\n",
        "error: there is no role leader; did you mean lead?",
        "error: there is no event solved; did you mean resolved?",
        "error: there is no fact sate; did you mean state?",
        "error: there is no audience al; did you mean all?",
    ),
    "who reviews": (
        WHOLE
        + "review: { required: { SEV1: never, SEV2: never }, led_by: §lad, with: [ana, §b] }\n",
        "error: there is no role or person lad; did you mean lead?",
        "error: there is no role or person b; there are: lead, scribe, ana, bo",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_every_name_that_a_policy_uses_must_exist(case: str) -> None:
    """A wrong reference is an error at its place, with the nearest name."""
    text, *expected = UNKNOWN[case]
    plain = text.replace(MARK, "")
    assert errors("", plain) == expected_at(text, expected)
