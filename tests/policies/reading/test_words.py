"""Words without meaning are errors: unknown names, placeholders, impossible moments."""

import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from fnmatch import fnmatch
from typing import Any

import pytest

from policies.check import problems_of
from policies.reading.load import Loaded, parse_policy, policy_of_values
from policies.reading.problems import errors_of
from policies.reading.tree import Loc, Tree, path_words
from tests.policies.test_shipped import blocks
from tests.policies.written import MARK, WHOLE, changed, clock, errors, expected_at

NONSENSE = "nonsense"
AT_A_TIME = 8
FREE = """
policy version owner approver principles.* severities.*.means reporting.tools.*
people.*.email people.*.identities*
severity_rules.from.impact* severity_rules.from.urgency* severity_rules.from_labels.*
schedules.*.layers.* schedules.*.ical.feed schedules.*.ical.names.* steps.*.id steps.*.do
roles.*.duties* authority.cancel.reasons* handover.required* review.aspects* review.documents*
alerts.ignore* record.stored_in accepted.*
"""
"""Places for any text: prose, and names that the engine only passes on."""
DEFINED = """
severities.* people.* people.*.teams* people.*.skills* channels.* schedules.* roles.* escalations.*
services.* calendars.* clocks.* milestones* dates* flags* attributes.* metrics.* holds.reasons*
communication.audiences.* communication.subscribers.*
"""
"""Places that make a name: any name is right there."""


def places(value: Any, loc: Loc = ()) -> Iterator[tuple[Loc, bool]]:
    """Every text and every key of a policy."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*loc, name), True
            yield from places(inner, (*loc, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*loc, index))
    elif isinstance(value, str):
        yield loc, False


Change = tuple[Loc, bool]
"""A place, and whether its key is changed."""


def together(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Groups of changes that can be made at once: none contains another, nor stands beside it.

    If each was made alone, the whole policy would be read and checked for each.
    """
    left = list(changes)
    while left:
        taken: list[Change] = []
        for loc, key in left:
            if len(taken) < AT_A_TIME and not any(_near(loc, other) for other, _ in taken):
                taken.append((loc, key))
        left = [change for change in left if change not in taken]
        yield taken


def _near(one: Loc, other: Loc) -> bool:
    return one[:2] == other[:2] or one[: len(other)] == other or other[: len(one)] == one


def _changed(value: Any, words: dict[Change, str]) -> Any:
    value = deepcopy(value)
    for (loc, key), word in words.items():
        inner = value
        for part in loc[:-1]:
            inner = inner[part]
        if key:
            items = [(word if name == loc[-1] else name, of) for name, of in inner.items()]
            inner.clear()
            inner.update(items)
        else:
            inner[loc[-1]] = word
    return value


def _unnoticed(whole: Any, changes: list[Change]) -> list[Change]:
    """The changes whose word no error names, though they are made at once."""
    words = {change: f"{NONSENSE}{number}" for number, change in enumerate(changes, 1)}
    read = policy_of_values(Loaded("test.yaml", b"", None, (), Tree(value=_changed(whole, words))))
    said = [problem.what for problem in errors_of(problems_of(read))]
    named = {found for what in said for found in re.findall(rf"{NONSENSE}\d+", what)}
    expected = len(words) == 1 and any("expected here" in what for what in said)
    return [change for change, word in words.items() if word not in named and not expected]


def _is_free(loc: Loc, *, key: bool) -> bool:
    words = path_words(loc)
    if any(fnmatch(words, pattern) for pattern in FREE.split()):
        return True
    same = [p for p in DEFINED.split() if fnmatch(words, p) and p.count(".") == words.count(".")]
    return bool(same) and (key or same[0].endswith("*"))


def test_a_word_that_names_nothing_is_an_error_everywhere() -> None:
    """Nonsense replaces each word of a policy that uses the whole language."""
    whole = parse_policy("\n".join(blocks()).encode()).tree.value
    meant = [(loc, key) for loc, key in places(whole) if not _is_free(loc, key=key)]
    missed = [
        path_words(loc)
        for changes in together(meant)
        for loc, key in _unnoticed(whole, changes)
        if _unnoticed(whole, [(loc, key)])  # Another error may hide this one, so try it alone.
    ]
    assert missed == []


UPDATES = (
    "communication: {{ lead: lead, audiences: {{ all: {{ channels: log, on: reported }} }},"
    " updates: {{ all: {{ SEV1: {} }} }} }}\n"
)
NO_STATE = "there are: reported, assessment, diagnosis, resolution"
WRONG = {
    "a pace in a milestone": (
        WHOLE + UPDATES.format("{ every: 10m, in: { §mitigated: 30m } }"),
        f"error: there is no state with updates mitigated; {NO_STATE}",
    ),
    "a pace in a trigger": (
        WHOLE + UPDATES.format("{ every: 10m, in: { §resolve: 30m } }"),
        f"error: there is no state with updates resolve; {NO_STATE}",
    ),
    "a pace after updates ended": (
        WHOLE + UPDATES.format("{ every: 10m, in: { §review: 30m } }"),
        f"error: there is no state with updates review; {NO_STATE}",
    ),
    "a calendar of a slower pace": (
        WHOLE
        + UPDATES.format("{ every: 10m, slower: { every: §1d ofice, from: 1h, decided: 1h } }"),
        "error: there is no calendar ofice; there are: local",
    ),
    "a date of a pace": (
        WHOLE + UPDATES.format("§1h before launch"),
        "error: there is no date launch; there are none, or add launch to dates",
    ),
    "a key that is two, of which one is nothing": (
        changed("{ SEV1: 5m, SEV2: 1h }", '{ SEV1: 5m, §"SEV2, SEV9": 1h }'),
        "error: there is no severity SEV9; there are: SEV1, SEV2",
    ),
    "a team of a service": (
        changed("bo: {}", "bo: { teams: shop }") + "services: { till: { team: §shpo } }\n",
        "error: there is no team shpo; did you mean shop?, or add it to the teams of people",
    ),
    "a service of a condition": (
        WHOLE
        + clock("reported", "mitigated", ", when: §service=tlil")
        + "services: { till: {} }\n",
        "error: there is no service tlil; did you mean till?, or add it to services",
    ),
    "a way in by the name of its channel": (
        WHOLE + clock("reported", "mitigated", ", when: §via=command_line"),
        "error: there is no way in command_line; write via=console",
    ),
    "a reporter where only people report": (
        WHOLE
        + clock("reported", "mitigated", ", when: §reporter=anna")
        + "reporting: { who: people }\n",
        "error: there is no reporter anna; did you mean ana?, or add them to people",
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_word_that_names_nothing_is_reported_at_its_place(case: tuple[str, str]) -> None:
    """The problem suggests the word that was probably meant."""
    marked, expected = case
    assert errors("", to=marked.replace(MARK, "")) == expected_at(marked, [expected])


@pytest.mark.parametrize(
    "text",
    ["{{company}}", "${NAME}", "TODO", "TBD", "tbd", "<name>", "FIXME later", "[your team]",
     "see TBC", "to be decided", "Ask <the manager> first", "???"],
)  # fmt: skip
def test_a_placeholder_is_an_error_in_every_text(text: str) -> None:
    """It may be the text, part of it, an entry of a list, or a key."""
    written = json.dumps(text)
    for marked in (
        WHOLE + f"record: {{ stored_in: §{written} }}\n",
        changed("duties: Writes", f"duties: [Writes, §{json.dumps('Asks ' + text)}]"),
        WHOLE + f"reporting: {{ tools: {{ tracker: §{written} }} }}\n",
        WHOLE + f"alerts: {{ ignore: [{{ §{written}: yes }}] }}\n",
    ):
        (found,) = [error for error in errors("", to=marked.replace(MARK, "")) if "placeh" in error]
        place = expected_at(marked, [""])[0].rstrip()
        assert found.startswith(place)
        assert "is a placeholder; write what you mean; if that is not decided yet" in found


@pytest.mark.parametrize(
    "text",
    ["the todo list", "Ana <ana@example.com>", "load < 5 and > 3", "Jira project TODOS",
     "{braces}", "https://example.com/<", "really?", "a toddler", "use sudo"],
)  # fmt: skip
def test_a_text_that_only_resembles_a_placeholder_is_a_text(text: str) -> None:
    """People write addresses, comparisons and lists."""
    assert errors(f"record: {{ stored_in: {json.dumps(text)} }}\n") == []


NEVER = {
    "reviewed where nothing is reviewed": (
        WHOLE + clock("resolved", "§reviewed"),
        ("nothing stops another: no incident is ever reviewed;"
        " say in review.required which ones are, or write closed"),
    ),
    "a role that nobody can come to": (
        WHOLE + clock("reported", "§role:scribe") + "authority: { assign_role: [scribe] }\n",
        ("nothing stops another: nobody can get the role scribe;"
        " add a default, or let somebody assign_role"),
    ),
    "what ends its own condition": (
        WHOLE
        + clock("reported", "§flag:leak", ", when: not flag leak")
        + "flags: leak\n",
        ("nothing stops another: flag:leak ends the condition not flag leak, which cancels it;"
        " remove the condition"),
    ),
    "what comes once, again and again": (
        WHOLE + clock("reported", "§reported", ", recurs: true"),
        ("nothing stops another: an incident is reported once;"
        " name what stops it, such as to: update:AUDIENCE"),
    ),
    "what lies before the start, again and again": (
        WHOLE + clock("resolved", "§acknowledged", ", recurs: true"),
        "nothing stops another: acknowledged never comes after resolved; name a later one",
    ),
    "the later of two, one of which never comes": (
        WHOLE + clock("resolved", "§later of closed and reviewed"),
        ("nothing stops another: no incident is ever reviewed;"
        " say in review.required which ones are, or write closed"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NEVER.values(), ids=NEVER)
def test_a_clock_that_nothing_can_stop_is_an_error(case: tuple[str, str]) -> None:
    """It does not matter which part of the policy keeps its moment from coming."""
    marked, expected = case
    assert errors("", to=marked.replace(MARK, "")) == expected_at(marked, [f"error: {expected}"])


@pytest.mark.parametrize(
    "added",
    [
        clock("resolved", "reviewed or closed"),
        clock("resolved", "reviewed") + "review: { required: { SEV1: always, SEV2: never } }\n",
        clock("reopened", "reopened", ", recurs: true"),
        clock("reported", "flag:leak", ", when: flag other") + "flags: [leak, other]\n",
    ],
)
def test_a_clock_that_something_can_stop_is_fine(added: str) -> None:
    """One moment of several is enough, and so is one severity of several."""
    assert errors(added) == []
