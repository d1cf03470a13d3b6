"""Input that is too large for a policy is refused before it is parsed."""

from collections.abc import Iterator

import pytest
from ruamel.yaml.nodes import MappingNode, Node

from models.policy.sections.schedules import parse_hand_over
from policies.reading.load import parse_policy
from policies.reading.tree import _pairs


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{number}: v\n" for number in range(20_000)),
        "x: [" + "a, " * 60_000 + "]\n",
        "x: " + "{a: " * 60_000,
    ],
)
def test_a_text_with_too_many_values_is_not_parsed(text: str) -> None:
    """Parsing it would take half a minute, during which nobody is paged."""
    (problem,) = parse_policy(("policy: x\n" + text).encode()).problems
    assert problem.what.startswith("this is too much for one policy: more than 10000 lines")


@pytest.mark.parametrize("begins", ["x: ", 'x: "', "x: !", "x: &", "# ", "x: |\n  ", "y"])
def test_a_line_of_a_megabyte_is_not_parsed(begins: str) -> None:
    """One scalar took 16 seconds, one tag minutes."""
    text = f"policy: x\r\ntitle: y\n{begins}" + "a " * 400_000
    (problem,) = parse_policy(text.encode()).problems
    assert problem.what == "this line is longer than 8000 characters"
    assert problem.line == 3 + begins.count("\n")
    assert problem.instead == "write the text in several lines"


def test_a_handover_with_thousands_of_times_is_not_read() -> None:
    """The time to find its days grows with the square of its length."""
    with pytest.raises(ValueError, match="too long for a hand-over"):
        parse_hand_over("mon " + "09:00, " * 10_000)


def test_thousands_of_mistakes_read_each_mapping_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reading them again for each mistake took minutes for a policy of full length."""
    looked_through: list[int] = []

    def counted(node: MappingNode) -> Iterator[tuple[Node, Node]]:
        looked_through.append(id(node))
        return _pairs(node)

    monkeypatch.setattr("policies.reading.tree._pairs", counted)
    clocks = "".join(f"  k{number}: {{start: reportd}}\n" for number in range(300))
    read = parse_policy(f"policy: x\nclocks:\n{clocks}".encode())
    assert len(read.problems) > 4 * 300
    assert {p.line for p in read.problems if "clocks.k299" in p.where} == {302}
    assert len(looked_through) < 3 * 302
