"""Severity rules: what cannot work is an error, what is left open a warning."""

import pytest

from tests.policies.written import MARK, WHOLE, errors, expected_at, warnings

RULES = WHOLE + "severity_rules:\n"
MATRIX = RULES + "  from: { impact: [one, all], urgency: [low, high], matrix: §MATRIX }\n"
NESTED = (
    "  from:\n"
    "    impact: { values: [low, high], from: { users: [few, many], core: [no, yes] },"
    " matrix: INNER }\n"
    "    urgency: [low, high]\n"
    "    matrix: [[SEV2, SEV2], [SEV2, SEV1]]\n"
)


def matrix(written: str) -> str:
    """A policy with a matrix of impact and urgency."""
    return MATRIX.replace("§MATRIX", written)


def nested(inner: str, values: str = "[low, high]") -> str:
    """A policy that computes the impact from users and core."""
    return RULES + NESTED.replace("INNER", inner).replace("[low, high], from", f"{values}, from")


WRONG = {
    "too few rows": (
        matrix("[[SEV1, SEV2]]").replace("matrix: [", "§matrix: ["),
        "error: the matrix has 1 row, but impact has 2 values: one, all; write one row for each",
    ),
    "too many cells in a row": (
        matrix("[[SEV1, SEV2], §[SEV1, SEV2, SEV2]]"),
        "error: this row has 3 cells, but urgency has 2 values: low, high; write one cell for each",
    ),
    "a severity that there is not": (
        matrix("[[SEV2, §SEV9], [SEV2, SEV1]]"),
        "error: there is no severity SEV9; there are: SEV1, SEV2, none",
    ),
    "a value that the axis does not have": (
        nested("[[low, §hgh], [low, high]]"),
        "error: there is no value of impact hgh; did you mean high?",
    ),
    "a value twice": (
        RULES + "  from: { impact: [one, §one], urgency: [low], matrix: [[SEV1], [SEV2]] }\n",
        "error: one is given twice; keep one",
    ),
    "values that the attribute does not have": (
        RULES
        + "  from: { impact: { §al: SEV1, one: SEV2 } }\n"
        + "attributes: { impact: [one, all] }\n",
        "error: there is no value of impact al; did you mean all?",
    ),
    "an axis that follows from itself": (
        nested("[[low, high], [low, high]]")
        .replace("core:", "impact:")
        .replace("    impact: { values", "    §impact: { values"),
        "error: impact follows from itself; choose another name",
    ),
    "one axis, worked out in two ways": (
        RULES
        + "  from:\n    highest_of:\n"
        + "      - { i: { values: [a], from: { x: [p], y: [q] }, matrix: [[a]] }, u: [v],"
        + " matrix: [[SEV1]] }\n"
        + "      - { §i: { values: [a], from: { x: [p], z: [q] }, matrix: [[a]] }, u: [v],"
        + " matrix: [[SEV2]] }\n",
        "error: i follows from two tables; choose another name for one",
    ),
    "bounds that nobody can meet": (
        matrix("[[SEV2, SEV2], [SEV2, SEV1]]")
        + "  caps: { §impct=one: SEV2, §urgency=hihg: §SEV3 }\n"
        + "  at_least: { §flag security: SEV1 }\n",
        (
            "error: there is no attribute or flag impct; did you mean impact?, "
            "or add it to flags or attributes"
        ),
        "error: there is no value of urgency hihg; did you mean high?",
        "error: there is no severity SEV3; there are: SEV1, SEV2",
        (
            "error: there is no attribute or flag security; "
            "there are: impact, urgency, service, via, reporter, or add it to flags or attributes"
        ),
    ),
    "a milestone that there is not": (
        RULES + "  frozen_after: §asessed\n",
        "error: there is no milestone asessed; did you mean assessed?",
    ),
    "information that a report cannot give": (
        matrix("[[SEV2, SEV2], [SEV2, SEV1]]") + "reporting: { required: [impact, §urgncy] }\n",
        "error: there is no information urgncy; did you mean urgency?",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_severity_rules_that_cannot_work_are_errors(case: str) -> None:
    """Each error has its place and says what would be right."""
    text, *expected = WRONG[case]
    assert errors("", text.replace(MARK, "")) == expected_at(text, expected)


READING = {
    "three axes": (
        RULES + "  §from: { a: [x], b: [y], c: [z], matrix: [[SEV1]] }\n",
        "error: a matrix has two axes, not 3;",
    ),
    "no matrix": (
        RULES + "  §from: { impact: [one], urgency: [low] }\n",
        "error: this gives no severity;",
    ),
    "several axes without saying which counts": (
        RULES + "  §from: { a: { x: SEV1 }, b: { y: SEV2 } }\n",
        "error: several axes give a severity; write highest_of: [{ a: ... }, { b: ... }]",
    ),
    "severities beside a matrix": (
        RULES + "  §from: { a: { x: SEV1 }, b: [y], matrix: [[SEV1]] }\n",
        "error: a gives severities beside a matrix; write a: [x]",
    ),
    "more beside the highest": (
        RULES + "  §from: { highest_of: [{ a: { x: SEV1 } }], b: [y] }\n",
        "error: highest_of stands alone; put the keys beside it into a line of its list",
    ),
    "a value that is no text": (
        RULES + "  from: { impact: [one, §2], urgency: [low], matrix: [[SEV1], [SEV1]] }\n",
        "error: a text is expected here, not 2; quote it if you mean a text",
    ),
    "a key that is not there": (
        nested("[[low, low], [low, high]]").replace("matrix: [[low", "§vlues: [a], matrix: [[low"),
        "error: there is no key 'vlues' here; did you mean values?",
    ),
    "a condition that is none": (
        RULES + "  caps: { §staging: SEV2 }\n",
        "error: 'staging' is not a condition; write flag NAME",
    ),
}


@pytest.mark.parametrize("case", READING)
def test_severity_rules_that_cannot_be_read_show_the_form(case: str) -> None:
    """The place is that in the file, whichever form was meant."""
    text, expected = READING[case]
    (found,) = errors("", text.replace(MARK, ""))
    assert found.startswith(expected_at(text, [expected])[0])


FLOOR = (
    "warning: this never holds: caps says SEV2 at the same time, and counts last; "
    "remove one of them, or change a severity"
)
OPEN = {
    "a cell without a severity": (
        matrix("[[§none, SEV2], [SEV2, SEV1]]"),
        (
            "warning: nothing gives a severity here, so the worst counts; "
            "write a severity, or name the default"
        ),
    ),
    "a severity that nothing gives": (
        matrix("[[SEV1, SEV1], [SEV1, SEV1]]").replace("  SEV2:", "  §SEV2:"),
        (
            "warning: nothing gives SEV2: no cell, no label, not the default; "
            "give it to one of them, or accept that only people set it"
        ),
    ),
    "a value that no cell gives": (
        nested("[[low, low], [low, high]]", "[low, §middle, high]").replace(
            "matrix: [[SEV2, SEV2]", "matrix: [[SEV2, SEV2], [SEV2, SEV2]"
        ),
        (
            "warning: no cell gives impact middle: what applies to it never applies; "
            "put middle into a cell, or leave it out"
        ),
    ),
    "bounds that never matter": (
        matrix("[[SEV2, SEV2], [SEV2, SEV1]]")
        + "  caps: { impact=one: §SEV1 }\n"
        + "  at_least: { impact=all: §SEV2 }\n",
        (
            "warning: this caps nothing: nothing is worse than SEV1; "
            "remove it, or change the severity"
        ),
        (
            "warning: this asks for nothing: nothing is less bad than SEV2; "
            "remove it, or change the severity"
        ),
    ),
    "floors that a cap undoes": (
        RULES.replace(
            "severity_rules:",
            "flags: [hurt, big]\nattributes: { plan: [gold, iron] }\nseverity_rules:",
        )
        + "  caps: { flag hurt: SEV2, plan=gold|iron: SEV2, not flag big: SEV2 }\n"
        + "  at_least: { §flag hurt: SEV1, §plan=iron: SEV1, flag big: SEV1 }\n",
        FLOOR,
        FLOOR,
    ),
    "severities that never change": (
        RULES + "  frozen_after: §reported\n",
        (
            "warning: every incident is reported, so no severity can ever change; "
            "name a later milestone, such as closed"
        ),
    ),
    "doubts about nothing": (
        RULES + "  §when_unsure: worse\n",
        "warning: nothing here can be unsure; add from: ...",
    ),
}


@pytest.mark.parametrize("case", OPEN)
def test_severity_rules_that_leave_something_open_are_warnings(case: str) -> None:
    """The rules work, but their author may not have meant it."""
    text, *expected = OPEN[case]
    plain = text.replace(MARK, "")
    assert errors("", plain) == []
    assert warnings("", plain) == expected_at(text, expected)


WHOLE_RULES = (
    matrix("[[none, SEV2], [SEV2, SEV1]]")
    + """\
  default: SEV2
  when_unsure: default
  caps: { environment=staging|test: SEV2, via=api: SEV2, not flag live: SEV2 }
  at_least: { flag live: SEV1 }
  frozen_after: triaged
  lower: { by: lead, running_clocks: restart }
milestones: [triaged]
flags: [live]
attributes: { environment: [staging, test, production], impact: [one, all, unknown] }
reporting: { who: anyone, required: [severity, impact, environment] }
"""
)


def test_severity_rules_that_fit_have_no_problem() -> None:
    """An attribute may have values that the matrix does not know; every declared value counts."""
    assert errors("", WHOLE_RULES) == []
    assert warnings("", WHOLE_RULES) == []


def test_the_worst_severity_is_reached_if_no_default_is_given() -> None:
    """It counts if nothing gives a severity, so it is reached."""
    text = matrix("[[SEV2, SEV2], [SEV2, SEV2]]")
    assert warnings("", text) == []
