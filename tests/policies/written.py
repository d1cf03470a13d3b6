"""Policies for tests: the smallest possible one, and parts to add to it."""

from policies.check import problems_of
from policies.reading.load import parse_policy
from policies.reading.problems import Problem

LEAST = """\
policy: Least
version: "1"
effective_from: 2026-01-01
severities:
  SEV1: { means: bad }
  SEV2: { means: less bad }
"""

WHOLE = (
    LEAST
    + """\
people: { ana: { email: ana@example.com }, bo: {} }
channels: { pager: { kind: webhook, fallback: log }, log: { kind: log } }
paging: { channels: [pager] }
roles:
  lead: { duties: Leads, required: { SEV1: 0s }, default: acknowledger }
  scribe: { duties: Writes }
escalations:
  default: [{ page: ana, wait: 5m }, { page: bo, wait: 5m }, { repeat: 1 }]
clocks:
  acknowledge: { from: reported, to: acknowledged, within: { SEV1: 5m, SEV2: 1h } }
"""
)


def problems(text: str) -> tuple[Problem, ...]:
    """Every problem of a policy text."""
    return problems_of(parse_policy(text.encode(), "test.yaml"))


def errors(added: str, to: str = WHOLE) -> list[str]:
    """The errors of a policy with more sections, as they are printed."""
    return [str(p) for p in problems(to + added) if p.level == "error"]


def warnings(added: str, to: str = WHOLE) -> list[str]:
    """The warnings of a policy with more sections, without those about open questions."""
    return [
        str(p)
        for p in problems(to + added)
        if p.level == "warning" and "is not answered" not in p.what
    ]


def changed(old: str, new: str) -> str:
    """The whole policy with one part replaced."""
    assert old in WHOLE
    return WHOLE.replace(old, new)


MARK = "§"
"""Marks the place in a text at which a test expects a problem."""


def expected_at(marked: str, expected: list[str]) -> list[str]:
    """The expected problems, each with the line and column of its mark."""
    before = marked.split(MARK)[:-1]
    assert len(before) == len(expected), "one mark for each problem"
    lines = []
    for number, words in enumerate(expected):
        text = "".join(before[: number + 1])
        column = len(text) - (text.rfind("\n") + 1) + 1
        lines.append(f"test.yaml:{text.count(chr(10)) + 1}:{column}: {words}")
    return lines


def clock(starts: str, stops: str, rest: str = "") -> str:
    """One more clock, in line 17."""
    return f"  another: {{ from: {starts}, to: {stops}, within: {{ SEV1: 1h }}{rest} }}\n"
