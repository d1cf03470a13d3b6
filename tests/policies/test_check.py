"""The parts of a policy fit: every reference, and every promise that somebody can keep."""

import pytest

from policies.check import CHECKS, check_file, findings
from policies.checks.clocks import milestones_after
from policies.reading.load import parse_policy
from policies.reading.problems import Gravity
from states.lifecycle import LIFECYCLE_MILESTONES, State, reachable_milestones
from tests.policies.written import (
    LEAST,
    MARK,
    WHOLE,
    changed,
    clock,
    errors,
    expected_at,
    problems,
    warnings,
)


def test_a_policy_whose_parts_fit_has_no_errors() -> None:
    """The check invents no problem."""
    assert errors("") == []
    assert warnings("") == []


WRONG = {
    "channels that fall back in a circle": (
        changed(
            "fallback: log }, log: { kind: log }",
            "fallback: §log }, log: { kind: log, fallback: pager }",
        ),
        "error: the fallback goes in a circle: pager → log → pager; remove one of the fallbacks",
    ),
    "somebody whom no channel pages": (
        changed("paging: { channels: [pager] }", "# nothing")
        .replace("bo: {}", "bo: { page_by: log }")
        .replace("ana: {", "§ana: {"),
        (
            "error: no channel pages ana; "
            "add paging: { channels: [...] } for everybody, or page_by here"
        ),
    ),
    "a word that means something else as a name": (
        changed("bo: {}", "bo: {}, §anyone: {}"),
        "error: 'anyone' is a word of the engine, and nobody's name; choose another name",
    ),
    "one name for a person and a role": (
        changed("scribe:", "§bo:"),
        "error: bo is also the name of a person; choose another name for one",
    ),
    "reasons where none are asked": (
        WHOLE + "authority: { close: { by: lead, §reasons: [done] } }\n",
        "error: only cancel takes reasons; remove it",
    ),
    "a required role that nobody may assign": (
        changed("duties: Writes", "duties: Writes, §required: { SEV1: 1h }")
        + "authority: { assign_role: [scribe] }\n",
        (
            "error: scribe is required, but nobody may assign it; "
            "add a default, or let somebody assign_role"
        ),
    ),
    "two steps of one id": (
        WHOLE + "steps: { diagnosis: [{ do: Look, by: lead }, §{ do: look!, by: ana }] }\n",
        "error: there is another step look; give one of them its own id",
    ),
    "repeat before the end": (
        changed("{ page: bo, wait: 5m }, { repeat: 1 }", "{ §repeat: 1 }, { page: bo, wait: 5m }"),
        "error: repeat must be the last line; move it to the end",
    ),
    "a clock from and to the same milestone": (
        WHOLE + clock("resolved", "§resolved"),
        (
            "error: a clock cannot start and stop at the same milestone; "
            "add recurs: true, or after resolved can come: closed, reviewed"
        ),
    ),
    "a clock that runs against the lifecycle": (
        WHOLE + clock("resolved", "§acknowledged"),
        "error: acknowledged never comes after resolved; after resolved can come: closed, reviewed",
    ),
    "a clock that ends with the incident": (
        WHOLE + clock("closed", "§archived") + "milestones: [archived]\n",
        "error: the incident ends at closed, and the clock with it; add outlives: true",
    ),
    "a milestone that every incident has": (
        WHOLE + "milestones: [§resolved]\n",
        (
            "error: resolved is a milestone of every incident already; "
            "remove it, or choose another name"
        ),
    ),
    "an audience without a channel": (
        WHOLE + "communication: { audiences: { all: { §channels: [], on: [resolved] } } }\n",
        "error: this list is empty; write at least one entry, or leave the key out",
    ),
    "updates that nobody is reminded of": (
        WHOLE + "§communication: { audiences: { all: { channels: log } },"
        " updates: { all: { SEV1: 1h } } }\n",
        "error: the engine reminds nobody of a late update; add lead: ROLE",
    ),
    "a pattern that ignores nothing": (
        WHOLE + "alerts: { ignore: [§{}] }\n",
        "error: this ignores nothing; write { label: value }",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_policy_that_cannot_work_has_an_error(case: str) -> None:
    """Each is found before an incident meets it."""
    text, *expected = WRONG[case]
    plain = text.replace(MARK, "")
    assert errors("", plain) == expected_at(text, expected)


def test_an_escalation_must_page_somebody() -> None:
    """An empty one would be silent."""
    text = WHOLE.replace("[{ page: ana, wait: 5m }, { page: bo, wait: 5m }, { repeat: 1 }]", "[]")
    assert errors("", text) == [
        (
            "test.yaml:14:3: error: this list is empty; "
            "write at least one entry, or leave the key out"
        )
    ]


def test_escalating_needs_an_escalation() -> None:
    """An action that could do nothing is refused."""
    times = "from: reported, to: resolved, within: { SEV1: 1h }, at: { 1%: escalate }"
    added = f"clocks: {{ a: {{ {times} }} }}\n"
    assert errors(added, LEAST) == [
        "test.yaml:7:78: error: there is no escalation to continue; add escalations"
    ]


def test_an_alert_that_joins_can_escalate_only_if_there_is_an_escalation() -> None:
    """A critical alert must be able to do what the policy says."""
    assert errors("alerts: { when_joined: escalate }\n", LEAST) == [
        (
            "test.yaml:7:24: error: there is no escalation, so an alert that joins pages nobody; "
            "add escalations, or write page"
        )
    ]


OPEN = {
    "a severity without a target for acknowledging": (
        changed("within: { SEV1: 5m, SEV2: 1h", "§within: { SEV1: 5m"),
        (
            "warning: SEV2 has no target for acknowledging; "
            "add SEV2 to within, or accept that nobody must acknowledge it in time"
        ),
    ),
    "no clock for acknowledging": (
        changed("to: acknowledged", "to: resolved").replace("clocks:", "§clocks:"),
        (
            "warning: no clock says how soon an incident must be acknowledged; "
            "add one { from: reported, to: acknowledged }"
        ),
    ),
    "a severity that the review rules forget": (
        WHOLE + "review: { §required: { SEV1: always } }\n",
        (
            "warning: SEV2 has no rule: its incidents need no review; "
            "say SEV2: always, never or when breached"
        ),
    ),
    "a role required at once that nobody takes": (
        changed("required: { SEV1: 0s }, default: acknowledger", "§required: { SEV1: 0s }"),
        (
            "warning: lead is required at once, but nobody takes it by default; "
            "add a default, or leave some time"
        ),
    ),
    "a level that nobody holds": (
        changed("{ page: bo", "§{ page: [lead, role:scribe]"),
        (
            "warning: nobody holds this level before somebody acknowledges: lead, role:scribe; "
            "page a person too, or give the role a person as default"
        ),
    ),
    "a history that nobody can look at": (
        WHOLE + "record: { stored_in: documents, retention: §5m }\n",
        (
            "warning: the history goes before anybody looks at it: "
            "Temporal keeps it for at least a day; write 30d"
        ),
    ),
    "an audience that is told nothing": (
        WHOLE + "communication: { audiences: { §all: { channels: log } } }\n",
        "warning: the engine tells all nothing by itself; add on: [...], or updates for them",
    ),
}


CALLED = """\
  calls: { from: reported, to: update:all, within: 30m, recurs: true, until: resolved }
communication: { audiences: { all: { channels: log } } }
"""
NOTIFIED = """\
  late: { from: reported, to: resolved, within: 30m, at: { 100%: notify all } }
communication: { audiences: { all: { channels: log } } }
"""


@pytest.mark.parametrize("added", [CALLED, NOTIFIED])
def test_an_audience_that_only_a_clock_informs_is_fine(added: str) -> None:
    """A clock waits for its updates, or notifies it at a limit."""
    assert warnings(added) == []


@pytest.mark.parametrize("case", OPEN)
def test_an_open_part_of_a_policy_is_a_warning(case: str) -> None:
    """The policy works, but its author should know."""
    text, *expected = OPEN[case]
    plain = text.replace(MARK, "")
    assert errors("", plain) == []
    assert warnings("", plain) == expected_at(text, expected)


def test_the_smallest_policy_leaves_every_question_open() -> None:
    """Each warning names the key that would answer it, in the order of the questions."""
    found = problems(LEAST)
    assert all(problem.level is Gravity.WARNING for problem in found)
    asked = [p.what.partition(":")[0] for p in found if "is not answered" in p.what]
    assert asked == [f"Q{number}" for number in range(1, 18)]
    assert all(p.instead.startswith("add ") for p in found if "is not answered" in p.what)


def test_a_policy_with_only_wrong_references_gets_every_problem() -> None:
    """Errors and warnings of all checks come in the order of the file."""
    text = changed("page: bo", "page: bob").replace("SEV2: 1h", "SEV3: 1h")
    found = problems(text)
    assert [(p.line, p.level) for p in found if p.line > 1] == [
        (14, Gravity.ERROR),
        (16, Gravity.WARNING),
        (16, Gravity.ERROR),
    ]


@pytest.mark.parametrize("milestone", LIFECYCLE_MILESTONES)
def test_milestones_that_can_follow_are_those_of_the_lifecycle(milestone: str) -> None:
    """The check uses the table: what some later state can still reach."""
    reachable = frozenset().union(*(reachable_milestones(state) for state in State))
    assert milestones_after(milestone) <= reachable | {"reviewed"}
    assert milestone not in milestones_after(milestone)
    assert ("reviewed" in milestones_after(milestone)) is (milestone not in {"closed", "cancelled"})


def test_each_check_stands_alone() -> None:
    """No check needs another to pass: each runs on the smallest and on a broken policy."""
    broken = parse_policy(changed("page: bo", "page: bob").encode()).policy
    least = parse_policy(LEAST.encode()).policy
    assert broken is not None
    assert least is not None
    alone = [finding for check in CHECKS for finding in check(broken)]
    assert sorted(map(str, alone)) == sorted(map(str, findings(broken)))
    assert {name.__name__ for name in CHECKS if list(name(least))} == {"unanswered", "services"}


def test_an_unreadable_file_has_only_the_problems_of_reading_it() -> None:
    """The check of its parts needs parts that can be read."""
    (problem,) = check_file("/nowhere/policy.yaml")
    assert problem.level is Gravity.ERROR
