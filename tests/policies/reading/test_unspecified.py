"""A source may be silent anywhere: silence is a gap, doing without is an answer."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from models.compiled import CompiledPolicy
from policies.check import problems_of
from policies.compiling.policy import compile_policy
from policies.reading.load import Loaded, parse_policy, policy_of_values
from policies.reading.problems import errors_of
from policies.reading.tree import Loc, Tree, path_words
from policies.reading.while_unspecified import NONE_IS_A_VALUE, OPEN, WITHOUT, any_of, is_cell
from tests.policies.reading.test_words import places
from tests.policies.render.documents import document, said
from tests.policies.test_shipped import blocks
from tests.policies.written import LEAST, MARK, WHOLE, changed, errors, expected_at, warnings

HEAD = ("policy", "version", "effective_from", "severities")
CITED = (
    *("people", "people.cy", "people.cy.teams", "channels", "schedules", "roles", "escalations"),
    *("calendars", "milestones", "dates", "flags", "attributes", "communication"),
    "communication.audiences",
    *(f"clocks.regulator_report{key}" for key in ("", ".from", ".to")),
)
"""The rest of the policy names these; left open, they would be missing."""
NEEDED = ("paging", "paging.channels")
"""Without them the policy could page nobody."""


def _with(word: Any) -> Iterator[tuple[Loc, Loaded]]:
    """The policy of the documentation, with a word for each of its keys in turn."""
    whole = parse_policy("\n".join(blocks()).encode()).tree.value
    del whole["accepted"]
    for loc, key in places(whole):
        if key and loc[:2] != ("alerts", "ignore"):
            value = inner = deepcopy(whole)
            for part in loc[:-1]:
                inner = inner[part]
            inner[loc[-1]] = word
            yield loc, policy_of_values(Loaded("test.yaml", b"", None, (), Tree(value=value)))


def test_every_key_may_be_unspecified_and_the_gap_says_what_counts_meanwhile() -> None:
    """A gap is an error only if the rest of the policy needs the key. It is always reported."""
    wrong, untold = [], []
    for loc, read in _with("unspecified"):
        path = path_words(loc)
        problems = problems_of(read)
        if errors_of(problems) and path not in (*HEAD, *CITED, *NEEDED):
            wrong.append(path)
        said = f"{path} is left open, and meanwhile "
        if not any(said in problem.what for problem in problems) and path not in (*HEAD, *NEEDED):
            untold.append(path)
    assert (wrong, untold) == ([], [])


def test_none_with_a_reason_is_an_answer_if_silence_means_that_nothing_is_done() -> None:
    """It is no gap there; elsewhere it is an error, because it would mean something else."""
    wrong, told, taken = [], [], []
    for loc, read in _with("none because it is small"):
        path = path_words(loc)
        problems = problems_of(read)
        meant = any_of(loc, WITHOUT) or any_of(loc, NONE_IS_A_VALUE) or is_cell(loc)
        failed = bool(errors_of(problems))
        if meant and failed and path not in CITED and ".every" not in path:
            wrong.append(path)
        if any(path in problem.what for problem in problems if problem.level == "warning"):
            told.append(path)
        if not meant and not failed and not _is_text(loc):
            taken.append(path)
    assert (wrong, told, taken) == ([], [], [])


def _is_text(loc: Loc) -> bool:
    free = ("means", "do", "policy", "version", "reasons", "customer")
    return loc[-1] in free


def compiled(text: str) -> CompiledPolicy:
    """What an incident carries of a policy text."""
    read = parse_policy(text.encode())
    assert read.policy is not None
    return compile_policy(read.policy, "0" * 64)


def test_an_open_wait_lets_silence_page_the_next_level() -> None:
    """The engine does what the check announces."""
    ladder = compiled(
        changed("wait: 5m }, { page: bo", "wait: unspecified }, { page: bo")
    ).escalation
    assert ladder is not None
    assert ladder.levels[0].wait == timedelta(minutes=5)


def test_a_level_without_known_targets_is_passed_over() -> None:
    """The check says so at its place in the file."""
    text = changed(
        "{ page: ana, wait: 5m }, { page: bo", "{ page: unspecified, wait: 5m }, { page: §bob"
    )
    ladder = compiled(text.replace("§bob", "bo")).escalation
    assert ladder is not None
    assert [level.page for level in ladder.levels] == [("person:bo",)]
    found = errors("", to=text.replace(MARK, ""))
    assert found == expected_at(
        text, ["error: there is no person, role, channel or schedule bob; did you mean bo?"]
    )


def test_an_escalation_without_known_levels_pages_nobody() -> None:
    """Other escalations can still follow it."""
    follows = "default: [{ severity: SEV2, follow: later }, { page: ana, wait: 5m }, "
    for open_one in ("unspecified", "[{ page: unspecified, wait: unspecified }]"):
        text = changed("default: [{ page: ana, wait: 5m }, ", follows).replace(
            "clocks:", f"  later: {open_one}\nclocks:"
        )
        assert errors("", to=text) == []
        ladder = compiled(text).escalation
        assert ladder is not None
        assert ladder.branches[0].follow.levels == ()


def test_a_calendar_with_open_hours_counts_whole_days_in_the_zone_of_the_policy() -> None:
    """Nothing that depends on it becomes late unnoticed."""
    text = WHOLE.replace("SEV1: 5m", "SEV1: 2h office") + (
        "time_zone: Europe/Paris\n"
        "calendars: { office: { zone: unspecified, days: mon-fri, hours: unspecified } }\n"
    )
    (office,) = (spec for spec in compiled(text).calendars if spec.name == "office")
    assert office.zone == "Europe/Paris"
    assert office.opens[0].hours == (("00:00", "24:00"),)


def test_an_open_cell_gives_no_severity() -> None:
    """The default counts then."""
    text = WHOLE + (
        "severity_rules: { default: SEV2, from: { impact: [one, all], urgency: [low, high],"
        " matrix: [[unspecified, SEV2], [SEV2, SEV1]] } }\n"
    )
    rules = compiled(text).severity_rules
    assert rules is not None
    assert rules.tables[0].cells[0] == "none"
    assert [w for w in warnings("", to=text) if "left open" in w] == [
        (
            "test.yaml:17:94: warning: severity_rules.from.matrix[0][0] is left open, and "
            "meanwhile no severity follows from it; specify it"
        )
    ]


def test_a_review_that_is_open_at_a_severity_is_reported_once() -> None:
    """It is a gap of its own, not a severity that was forgotten."""
    text = WHOLE + "review: { required: { SEV1: always, SEV2: §unspecified } }\n"
    assert [w for w in warnings("", to=text.replace(MARK, "")) if "SEV2" in w] == expected_at(
        text,
        [
            (
                "warning: review.required.SEV2 is left open, and meanwhile no incident of this "
                "severity needs a review; specify it, or write none because REASON"
            )
        ],
    )


def test_an_open_question_is_reported_at_the_key_that_is_open() -> None:
    """One gap is one line."""
    text = LEAST + "principles: { framework: §unspecified, guidelines: Be kind }\n"
    found = [
        str(p) for p in problems_of(parse_policy(text.replace(MARK, "").encode(), "test.yaml"))
    ]
    assert [line for line in found if "framework" in line] == expected_at(
        text,
        [
            (
                "warning: Q2: which framework or method is followed is not answered: "
                "principles.framework is left open, and meanwhile the engine does not need it; "
                "add principles.framework"
            )
        ],
    )


FORMS = (
    '"none, because we are three"',
    "none because we are three",
    '"none: we are three"',
    "{ none: we are three }",
)


@pytest.mark.parametrize("form", FORMS)
def test_doing_without_answers_the_question_and_the_document_says_why(form: str) -> None:
    """This holds for every form."""
    text = LEAST + f"principles: {form}\nreporting: {{ tools: {form} }}\n"
    found = [p.what for p in problems_of(parse_policy(text.encode()))]
    assert [what for what in found if what.startswith(("Q1:", "Q2:", "Q5:"))] == []
    made = document(text)
    for title in (
        "Q1. Which principles guide the team",
        "Q2. Which framework or method is followed",
        "Q5. Which tools track incidents",
    ):
        assert said(made, title)[0] == "None, because we are three."
    assert "none, because we are three" in " ".join(said(made, "What this policy does without"))


def test_a_comma_before_because_gets_an_exact_message() -> None:
    """Between braces the comma ends the value, and YAML reads the rest as a key."""
    text = WHOLE + "services: { till: { owner: none, §because we are three } }\n"
    assert errors("", to=text.replace(MARK, "")) == expected_at(
        text, ["error: a comma ends the value before it; write none because REASON"]
    )


def test_none_without_a_reason_is_a_gap() -> None:
    """Somebody may have forgotten the reason."""
    found = [p.what for p in problems_of(parse_policy((LEAST + "principles: none\n").encode()))]
    assert "Q2: which framework or method is followed is not answered: principles is none, " in str(
        found
    )


def test_an_accepted_gap_is_not_reported_and_the_document_says_why() -> None:
    """An author accepts a gap by its place, or by a place around it."""
    text = changed("SEV2: 1h } }", "SEV1: 5m } }").replace("SEV1: 5m, SEV1: 5m", "SEV1: 5m")
    (gap,) = warnings("", to=text)
    assert "SEV2 has no target for acknowledging" in gap
    for path in ("clocks.acknowledge.within", "clocks.acknowledge", "clocks"):
        accepting = text + f"accepted: {{ {path}: Nobody is there for these }}\n"
        assert warnings("", to=accepting) == []
        end = " ".join(said(document(accepting), "What this policy does without"))
        assert f"{path} Nobody is there for these" in end


def test_only_a_gap_of_the_policy_can_be_accepted() -> None:
    """A misspelt place accepts nothing, and no error can be accepted."""
    marked = (
        changed("page: bo", "page: §bob") + "accepted: { §clocks.acknowlege: x, escalations: y }\n"
    )
    assert errors("", to=marked.replace(MARK, "")) == expected_at(
        marked,
        [
            "error: there is no person, role, channel or schedule bob; did you mean bo?",
            "error: there is no clocks.acknowlege to accept; did you mean clocks.acknowledge?",
        ],
    )


def test_the_table_of_gaps_has_only_keys_of_the_language() -> None:
    """The documentation shows one of its keys in another place."""
    whole = parse_policy("\n".join(blocks()).encode()).tree.value
    found = [loc for loc, _ in places(whole)]
    unused = [pattern for pattern in OPEN if not any(any_of(loc, (pattern,)) for loc in found)]
    assert unused == ["schedules.*.rotation.hours"]
