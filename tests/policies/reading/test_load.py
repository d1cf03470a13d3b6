"""Reading a policy file gives a policy, or every problem with its line and column."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from policies.reading.load import LARGEST_BYTES, load_policy, parse_policy
from tests.examples import examples
from tests.policies.written import LEAST, WHOLE, errors, problems


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_policy_with_an_impossible_date_is_refused_at_that_date(day: str) -> None:
    """No zone can be computed with there."""
    assert [str(problem) for problem in problems(LEAST.replace("2026-01-01", day))] == [
        (
            f"test.yaml:3:17: error: '{day}' lies outside the years 1900 to 2200; "
            "write a year between them"
        )
    ]


def test_a_pipe_that_nobody_writes_to_is_empty(tmp_path: Path) -> None:
    """Reading does not wait for it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (problem,) = load_policy(pipe).problems
    assert problem.what == "the file is empty"


def test_the_smallest_policy_can_be_read() -> None:
    """It needs a name, a version, a date and severities."""
    read = parse_policy(LEAST.encode())
    assert read.problems == ()
    assert read.policy is not None
    assert tuple(read.policy.severities) == ("SEV1", "SEV2")


def test_texts_stay_as_their_author_sees_them() -> None:
    """`no`, `1.10` and `2026-11` are texts, whatever older YAML made of them."""
    text = LEAST.replace('"1"', "1.10").replace("Least", "no")
    read = parse_policy(text.encode())
    assert read.policy is not None
    assert read.policy.policy == "no"
    assert read.policy.version == "1.10"


def test_all_problems_are_reported_at_once_at_their_places() -> None:
    """An author can correct all of them after one reading."""
    text = """\
policy: Odd
version: 2
effective_from: 2026-13-01
severities:
  SEV1: { means: bad, mjor: true }
  SEV 2: 3
clocks:
  acknowledge:
    from: reported
    to: acknowledged
    within: { SEV1: 5min, SEV2: 300 }
    at: { 50: notify x, 100%: [esclate] }
alerts: { open: { after_count: 0 }, when_quiet: resolv }
polcy: 3
"""
    assert [str(problem) for problem in problems(text)] == [
        "test.yaml:2:10: error: a text is expected here, not 2; quote it if you mean a text",
        "test.yaml:3:17: error: '2026-13-01' is not a date; write it as 2026-11-01",
        "test.yaml:5:23: error: there is no key 'mjor' here; did you mean major?",
        (
            "test.yaml:6:3: error: 'SEV 2' is not a name; "
            "use letters, digits, and _ - . between them, without spaces"
        ),
        (
            "test.yaml:6:10: error: keys and values are expected here, not 3; "
            "write them below, indented, as key: value"
        ),
        "test.yaml:11:21: error: '5min' is not a target; write 5m",
        "test.yaml:11:33: error: '300' is not a duration; say the unit, such as 300s or 300m",
        "test.yaml:12:11: error: '50' is not a share of the target; write 50%",
        "test.yaml:12:32: error: 'esclate' is not an action; write escalate or escalate to LEVEL",
        "test.yaml:13:32: error: 0 is out of range; write at least 1",
        "test.yaml:13:49: error: 'resolv' is not known here; did you mean resolve?",
        "test.yaml:14:1: error: there is no key 'polcy' here; did you mean policy?",
    ]


CLOCK = "write a clock to update:AUDIENCE that recurs, with when and until"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("alerts: { open: { after_count: '2' } }", "'2' is a text here; write 2 without quotes"),
        (
            "alerts: { open: { after_count: 1000000000 } }",
            "1000000000 is too large a number; write a smaller one",
        ),
        ("record: { stored_in: '' }", "this is empty; write a value, or leave the key out"),
        (
            "roles: { lead: { duties: [[Leads, Decides]] } }",
            "one text is expected here, not a list; write one, without brackets",
        ),
        (
            "clocks: { c: { from: reported, to: resolved, within: 1h, outlives: [close, clos] } }",
            "'clos' is not known here; did you mean close?",
        ),
        (
            "communication: { updates: { all: { when: flag big, any: 30m } } }",
            "updates go by severity, without when; " + CLOCK,
        ),
        (
            "communication: { updates: { all: { SEV1: { every: 30m, until: resolved } } } }",
            "updates go by severity, without until; " + CLOCK,
        ),
        (
            "clocks: { c: { from: reported, to: resolved, within: 1h, outlives: yes } }",
            "yes or no is expected here, not 'yes'; write true or false",
        ),
        (
            "clocks: { c: { from: reported, to: resolved, within: 1h, at: { -80%: escalate } } }",
            "'-80%': a share has no sign; write 80%, or how long before the limit: -1h",
        ),
    ],
)
def test_a_slip_is_one_problem_with_the_right_words(written: str, said: str) -> None:
    """No message calls a thing what it is not."""
    assert [f"{p.what}; {p.instead}" for p in problems(LEAST + written + "\n")] == [said]


def test_a_problem_carries_its_path() -> None:
    """Programs need not parse the words."""
    text = WHOLE.replace("wait: 5m }, { repeat", "wait: 5 }, { repeat")
    (problem,) = problems(text)
    assert problem.where == "escalations.default[1].wait"


def test_each_key_that_is_written_twice_is_refused() -> None:
    """Nobody should guess which of the two counts; other problems are reported, too."""
    text = LEAST + "  SEV1: { means: worse, means: worst }\nextra: 1\n"
    assert [str(problem) for problem in problems(text)] == [
        "test.yaml:7:3: error: the key 'SEV1' is given twice; keep one; the first is in line 5",
        "test.yaml:7:25: error: the key 'means' is given twice; keep one; the first is in line 7",
        *(str(p) for p in problems(text) if "extra" in p.what),
    ]


def test_a_missing_key_is_reported_at_its_mapping() -> None:
    """The place is that of the mapping that lacks it."""
    assert errors("", LEAST.replace("{ means: bad }", "{ major: true }")) == [
        "test.yaml:5:3: error: the key 'means' is missing; add means: ..."
    ]


def test_one_threshold_written_in_two_ways_is_refused() -> None:
    """The second would hide the first."""
    at = "at: { 50%: escalate, 50.0%: escalate } }"
    text = WHOLE.replace("SEV2: 1h } }", f"SEV2: 1h }}, {at}")
    assert errors("", text) == [
        "test.yaml:16:84: error: 50% is given twice; write its actions as one list"
    ]


def test_aliases_and_merged_keys_have_the_place_at_which_they_are_written() -> None:
    """A value may be used twice; its problem has the place where it is written."""
    text = (
        LEAST.replace("{ means: bad }", "&one { means: bad, wrong: 1 }") + "  SEV3: { <<: *one }\n"
    )
    places = [(p.line, p.column) for p in problems(text)]
    assert places == [(5, 28)]


@pytest.mark.parametrize(
    ("source", "place", "what"),
    [
        (b"", (1, 1), "the file is empty"),
        (b"# only a comment\n", (1, 1), "the file is empty"),
        (b"- a\n", (1, 1), "a policy is a mapping: it begins with policy: NAME"),
        (b"just words", (1, 1), "a policy is a mapping: it begins with policy: NAME"),
        (b"policy: x\nname: \xff\n", (2, 7), "from here on the file is not UTF-8 text"),
        (b"a: b\nc: \x00", (2, 4), "a character that no text file should contain"),
        (b"a: [1,\n", (2, 1), "this is not YAML"),
        (b"a: b: c", (1, 5), "this is not YAML: mapping values are not allowed here"),
        (b"a:\n\tb: c", (2, 1), "this is not YAML"),
        (b"a: b\n---\nc: d", (2, 1), "this is not YAML: expected a single document"),
        (b"[" * 1000, (1, 1), "this is nested too deeply"),
        (b"a: &loop [*loop]", (1, 1), "this is too much for one policy"),
        (b"%YAML 9.9\n---\na: b", (1, 1), "this is not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    source: bytes, place: tuple[int, int], what: str
) -> None:
    """Each way to be unreadable is a problem with a place."""
    problem = parse_policy(source).problems[0]
    assert (problem.line, problem.column) == place
    assert problem.what.startswith(what)


def test_a_tag_that_could_mean_code_is_refused() -> None:
    """A policy is plain values; reading it runs nothing."""
    (tagged,) = [p for p in problems(LEAST + "x: !!python/name:os.system y\n") if "tag" in p.what]
    assert tagged.line == 7


def test_values_that_multiply_by_aliases_are_refused() -> None:
    """A small file cannot become a large one."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (problem,) = problems("\n".join(lines))
    assert problem.what.startswith("this is too much")


@pytest.mark.parametrize("name", ["missing.yaml", ".", "odd\0name"])
def test_a_missing_file_is_a_problem(tmp_path: Path, name: str) -> None:
    """A folder or an impossible name is a problem, too; nothing raises."""
    (problem,) = load_policy(f"{tmp_path}/{name}").problems
    assert problem.what.startswith("the file cannot be read: ")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """Nobody maintains such a file by hand."""
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (LARGEST_BYTES + 1))
    (problem,) = load_policy(path).problems
    assert problem.what == "the file is larger than 1024 KiB"


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    """Files come from all kinds of editors."""
    read = parse_policy(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())
    assert read.problems == ()


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates()
)
WORDS = st.sampled_from(
    [
        *("policy", "version", "severities", "SEV1", "means", "roles", "clocks", "from", "to"),
        *("within", "at", "50%", "escalations", "page", "wait", "repeat", "people", "channels"),
        *("review", "required", "alerts", "open", "<<", "1"),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | SCALARS, inner, max_size=4),
    max_leaves=20,
)


@examples(150)
@given(VALUES)
def test_any_yaml_is_a_policy_or_a_list_of_problems(value: object) -> None:
    """Each problem has a place and words, whatever the values are."""
    stream = StringIO()
    YAML(typ="safe", pure=True).dump(value, stream)
    assert_readable(stream.getvalue().encode())


@examples(300)
@given(
    st.binary(max_size=60) | st.text("a:-[]{}#&*!|>'\"%@`,?<~ \n\t0", max_size=40).map(str.encode)
)
@example(b"? [a]\n: b")
@example(b"a: !!timestamp 2026-99-99")
@example(b"a: !!int x")
@example(b"a: !<tag:yaml.org,2002:map> x")
def test_any_bytes_are_a_policy_or_a_list_of_problems(source: bytes) -> None:
    """Even noise raises nothing."""
    assert_readable(source)


@examples(100)
@given(st.integers(0, len(WHOLE)), st.integers(0, 30), st.text("a: {}[],\n%5", max_size=5))
def test_a_policy_with_any_slip_is_a_policy_or_a_list_of_problems(
    at: int, length: int, instead: str
) -> None:
    """If a piece of a good policy is cut out or replaced, the check still finishes."""
    found = problems(WHOLE[:at] + instead + WHOLE[at + length :])
    assert all(p.line >= 1 and p.column >= 1 and p.what for p in found)


def assert_readable(source: bytes) -> None:
    """The bytes give a policy, or problems that can be printed."""
    read = parse_policy(source)
    assert (read.policy is None) == bool(read.problems)
    assert all(p.line >= 1 and p.column >= 1 and p.what for p in read.problems)
