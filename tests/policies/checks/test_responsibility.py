"""Checks of roles, authority, approvals and handovers find parts that do not fit."""

import pytest

from policies.compiling.responsibility import leading, policy_override
from policies.reading.load import parse_policy
from tests.policies.written import LEAST, MARK, errors, expected_at, warnings

PEOPLE = (
    LEAST
    + """\
people: { ana: { teams: red, skills: commander }, bo: { teams: blue } }
channels: { log: { kind: log } }
paging: { channels: [log] }
escalations: { default: [{ page: ana, wait: 5m }] }
flags: [personal_data]
"""
)

CASES: dict[str, tuple[str, ...]] = {
    "trust of commands that exist, by proofs that exist": (
        "authority: { trust: { §aknowledge: [token], default: [token] } }\n",
        "error: there is no command aknowledge; did you mean acknowledge?",
    ),
    "what a link grants": (
        "authority: { by_link: [acknowledge, §decine], §link: [acknowledge, decline] }\n",
        "error: there is no command decine; did you mean decline?",
        (
            "error: link says who may relate incidents, and these are commands; "
            "write by_link for the commands that the link of a page grants"
        ),
    ),
    "state and severity that require a role": (
        "roles: { lead: { required_in: { §diagnose: any, review: §SEV9 } } }\n",
        "error: there is no state that requires roles diagnose; did you mean diagnosis?",
        "error: there is no severity SEV9; there are: SEV1, SEV2, major, any",
    ),
    "condition of a role": (
        "roles: { lead: { required: 1m, when: §flag secret } }\n",
        (
            "error: there is no attribute or flag secret; there are: personal_data, service, via, "
            "reporter, or add it to flags or attributes"
        ),
    ),
    "a condition that decides nothing": (
        "roles: { lead: { §when: flag personal_data } }\n",
        ("error: lead is never required, so nothing depends on when; add required or required_in"),
    ),
    "qualification": (
        "roles: { lead: { qualification: [§comander, red] } }\n",
        "error: there is no team or skill comander; did you mean commander?",
    ),
    "unqualified by default, and as deputy": (
        "roles: { lead: { qualification: commander, default: §bo, deputy: §bo } }\n",
        (
            "error: bo is not qualified for lead, which needs commander; "
            "add it to people.bo, or name another"
        ),
        (
            "error: bo is not qualified for lead, which needs commander; "
            "add it to people.bo, or name another"
        ),
    ),
    "too few who could": (
        "roles: { lead: { qualification: commander, §count: 2 } }\n",
        (
            "error: 1 of the people can hold this role, and 2 must; "
            "require fewer, or qualify more people"
        ),
    ),
    "roles that do not go together": (
        "roles: { lead: { not_also: [§leed], discouraged_with: [§lead] } }\n",
        "error: there is no role leed; did you mean lead?",
        "error: a role always goes together with itself; name another",
    ),
    "a role that stands in for itself": (
        "roles: { lead: { default: ana, deputy: §lead } }\n",
        "error: lead is its own deputy; name another role, or a person",
    ),
    "roles that only one takes": (
        "roles: { lead: { default: ana, §not_also: fixer }, fixer: { default: ana } }\n",
        (
            "error: lead and fixer must not be the same person's, but by default both are; "
            "give one of them another default"
        ),
    ),
    "late without a time, and for nobody": (
        "roles: { lead: { §unfilled: §page zed } }\n",
        "error: lead is not required by any time, so it is never late; add required: 15m",
        "error: there is no role or person zed; there are: lead, ana, bo",
    ),
    "required and never filled": (
        "roles: { lead: { §required_in: diagnosis } }\nauthority: { assign_role: lead }\n",
        (
            "error: lead is required, but nobody may assign it; "
            "add a default, or let somebody assign_role"
        ),
    ),
    "team, schedule, severity and condition of authority": (
        (
            "authority: { hold: { by: [§team:gold, §on_call:night], §SEV8: ana, "
            "when: { §flag secret: ana }, after: { 5m: ana } } }\n"
        ),
        "error: there is no team gold; there are: red, blue",
        "error: there is no schedule night; there are none",
        (
            "error: there is no severity or key SEV8; there are: SEV1, SEV2, major, any, when, "
            "after, reasons, needs, running_clocks, commands, guards"
        ),
        (
            "error: there is no attribute or flag secret; there are: personal_data, service, via, "
            "reporter, or add it to flags or attributes"
        ),
    ),
    "milestones of authority": (
        (
            "milestones: [notified]\n"
            "authority: { §set_milestone:notifid: ana, §hold:storm: ana, set_milestone:notified: "
            "bo, set_milestone: { when: { §milestone=notified: ana } } }\n"
        ),
        "error: there is no milestone notifid; did you mean notified?",
        (
            "error: only set_milestone, set_attribute, reopen are given by what comes after a "
            "colon; write hold"
        ),
        (
            "error: no condition can ask which milestone it is; "
            "write set_milestone:MILESTONE beside set_milestone"
        ),
    ),
    "a reason as a condition of holds": (
        "authority: { hold: { when: { §reason=storm: ana } } }\n",
        "error: a rule cannot depend on the reason of a hold; name who may hold",
    ),
    "a key of authority that is misspelt": (
        "authority: { hold: { by: ana, §neds: reason } }\n",
        "error: there is no severity or key neds; did you mean needs?",
    ),
    "override": (
        (
            "authority: { override: { by: ana, commands: [§hld], guards: [§steps] }, "
            "hold: { by: ana, §guards: [steps_done] } }\n"
        ),
        "error: there is no command hld; did you mean hold?",
        (
            "error: there is no guard steps; there are: severity_confirmed, roles_filled, "
            "steps_done, review_complete, alerts_quiet, handover"
        ),
        "error: only override says guards; remove it",
    ),
    "command, audience and people of approvals": (
        (
            "approvals: { §resolv: ana, §post_update:press: ana, §hold:press: ana, "
            "close: { by: §zed, severities: §SEV7 } }\n"
        ),
        "error: there is no command resolv; did you mean resolve?",
        "error: there is no audience press; there are none",
        "error: only post_update is approved by audience; write hold",
        (
            "error: there is no role or person zed; "
            "there are: anyone, people, responders, nobody, ana, bo"
        ),
        "error: there is no severity SEV7; there are: SEV1, SEV2, major, any",
    ),
    "a quorum that cannot be": (
        "approvals: { close: { by: [team:red, bo], §quorum: 3 } }\n",
        "error: only 2 can approve this, and 3 must; name more people, or require fewer",
    ),
    "backups without a time": (
        "approvals: { §close: { by: ana, backups: [bo] } }\n",
        "error: this does not say how long to wait for an answer; add within: 30m",
    ),
    "shifts without schedules": (
        "handover: { accept_within: 5m, §remind_at_shift_end: true }\n",
        (
            "error: no shift can end, because there is no schedule; "
            "add schedules, or remind_after: 8h"
        ),
    ),
    "who approves what is dated far back": (
        "backdating: { approval_after: 1h, approved_by: { by: §zed, quorum: 1 } }\n",
        (
            "error: there is no role or person zed; "
            "there are: anyone, people, responders, nobody, ana, bo"
        ),
    ),
    "an approval by nobody": (
        "§backdating: { approval_after: 1h }\n",
        "error: this names nobody who approves it; add approved_by: incident_manager",
    ),
    "an approval of nothing": (
        "§backdating: { approved_by: ana }\n",
        "error: this does not say what needs approval; add approval_after: 4h",
    ),
    "how many": (
        "roles: { lead: { count: §3-2 } }\n",
        "error: '3-2' ends before it begins; write how many hold it: 1, 2, 1-3, 2+ or many",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_parts_that_do_not_fit_are_errors_at_their_place(case: str) -> None:
    """Each error says what would be right."""
    marked, *expected = CASES[case]
    found = errors(marked.replace(MARK, ""), PEOPLE)
    said = [line.partition(": ")[2] for line in expected_at(PEOPLE + marked, expected)]
    assert sorted(line.partition(": ")[2] for line in found) == sorted(said)
    places = [line.partition(": ")[0] for line in expected_at(PEOPLE + marked, expected)]
    assert sorted(line.partition(": ")[0] for line in found) == sorted(places)


@pytest.mark.parametrize(
    ("added", "warned"),
    [
        ("authority: { override: { by: anyone } }\n", "anyone may override"),
        (
            "authority: { trust: { acknowledge: [token, claimed] } }\n",
            "a claim counts: anybody who reaches a way in may say any name",
        ),
        (
            "authority: { by_link: close, trust: token }\n",
            "a link grants close, but trust does not let a link count for it",
        ),
        (
            "severity_rules: { raise: { SEV2: ana } }\n",
            "of two severities SEV2 is never the worse, so this never counts",
        ),
        (
            "severity_rules: { lower: { SEV2: ana } }\n",
            "of two severities SEV2 is never the worse, so this never counts",
        ),
        ("approvals: { close: { by: [ana, bo], quorum: 2 } }\n", "too few are left to approve"),
        ("handover: { required: status }\n", "a handover that nobody accepts stays open"),
        (
            "backdating: { reason_after: 1h, approval_after: 30m, approved_by: [ana, bo] }\n",
            "an approval is needed sooner than a reason",
        ),
    ],
)
def test_parts_that_leave_something_open_are_warnings(added: str, warned: str) -> None:
    """The policy works, but its author may not have meant it."""
    [line] = warnings(added, PEOPLE)
    assert warned in line


def test_an_override_without_names_belongs_to_the_incident_manager() -> None:
    """Rules about rules are closed by default."""
    loaded = parse_policy(
        (
            PEOPLE
            + "roles: { boss: { leads: true } }\nauthority: { override: { needs: reason } }\n"
        ).encode()
    )
    assert loaded.policy
    rule = policy_override(loaded.policy)
    assert rule
    assert rule.by == (leading(loaded.policy),) == ("boss",)
