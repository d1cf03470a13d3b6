"""What is too much for a policy is refused before anybody parses it."""

import pytest

from models.policy.schedules import parse_hand_over
from policies.load import parse_policy


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{number}: v\n" for number in range(20_000)),
        "x: [" + "a, " * 60_000 + "]\n",
        "x: " + "{a: " * 60_000,
    ],
)
def test_a_text_of_too_many_values_is_not_parsed(text: str) -> None:
    """Parsing it would take half a minute, in which nobody is paged."""
    (problem,) = parse_policy(("policy: x\n" + text).encode()).problems
    assert problem.what.startswith("this is too much for one policy: more than 10000 lines")


def test_a_hand_over_of_thousands_of_times_is_not_read() -> None:
    """To find its days takes time by the square of its length."""
    with pytest.raises(ValueError, match="too long for a hand-over"):
        parse_hand_over("mon " + "09:00, " * 10_000)
