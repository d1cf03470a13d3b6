"""Text from outside is shown, never obeyed."""

import pytest

from models.readable import in_a_line, readable
from rules.record.readable import blank, sentences

STEERING = ("\x1b", "\x07", "\x9b", "\x00", "\u202e", "\u2066", "\u2069", "\u200f", "\ufeff")


@pytest.mark.parametrize("sign", STEERING)
def test_what_steers_a_terminal_or_the_direction_of_writing_is_left_out(sign: str) -> None:
    """The words around it stay."""
    assert readable(f"a{sign}b") == "ab"
    assert in_a_line(f"a{sign} b") == "a b"


@pytest.mark.parametrize("text", ["Zahlung fällt aus", "支払い", "שלום", "👩\u200d🚒", "a\tb\nc"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    """In every script, with its lines, and with the joiners that some signs are made of."""
    assert readable(text) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029"])
def test_in_a_line_no_break_is_left(end: str) -> None:
    """Nobody writes a further line of a list by what stands in a title."""
    assert in_a_line(f"a{end}b") == "a b"


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0", "\u200b\u2060", "\u202e"])
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    """Spaces of every kind, and signs without width."""
    assert blank(text)
    assert not blank(f"{text}x")


def test_statements_stand_one_after_the_other() -> None:
    """A question keeps its mark; one alone has no full stop."""
    assert sentences(["it is so"]) == "it is so"
    assert sentences(["is it?", "no", "yes"]) == "is it? no. yes"
