"""Text from outside is shown, never obeyed."""

import unicodedata

import pytest

from models.readable import blank, in_a_line, made_visible, readable
from rules.wording.sentences import sentences

STEERING = ("\x1b", "\x07", "\x9b", "\x00", "\u202e", "\u2066", "\u2069", "\u200f", "\ufeff")


@pytest.mark.parametrize("sign", STEERING)
def test_characters_that_steer_a_terminal_or_the_writing_direction_are_removed(sign: str) -> None:
    """The text around it stays."""
    assert readable(f"a{sign}b") == "ab"
    assert in_a_line(f"a{sign} b") == "a b"


@pytest.mark.parametrize("text", ["Zahlung fällt aus", "支払い", "שלום", "👩\u200d🚒", "a\tb\nc"])
def test_text_of_people_stays_as_it_is(text: str) -> None:
    """That holds for every script, its lines, and joiners that some characters need."""
    assert readable(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "\u2764\ufe0f",
        "1\ufe0f\u20e3",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ],
)
def test_joiners_and_selectors_that_have_an_effect_stay(text: str) -> None:
    """Emoji and Persian words are made with them."""
    assert readable(text) == text
    assert in_a_line(text) == text


def test_no_format_character_and_nothing_that_is_shown_as_nothing_is_left() -> None:
    """That is the whole class: tags, fillers, soft hyphens, variation selectors."""
    unseen = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) == "Cf"]
    unseen += map(chr, (0x34F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x17B4, 0x180B, 0x180F, 0xFE0F))
    unseen += map(chr, (0x2065, 0xFFF0, *range(0xE0000, 0xE1000), 0xFE00, 0xFE0E))
    assert readable("a".join(unseen)) == "a" * (len(unseen) - 1)
    assert blank("".join(unseen))
    assert all(sign not in made_visible(f"a{sign}b") for sign in unseen)
    assert readable("\u2764\ufe0f\ufe0f\ufe0e\u200d\u200d") == "\u2764\ufe0f"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029"])
def test_a_line_contains_no_break(end: str) -> None:
    """So nobody can fake another line of a list with a title."""
    assert in_a_line(f"a{end}b") == "a b"


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0", "\u200b\u2060", "\u202e"])
def test_invisible_text_is_blank(text: str) -> None:
    """That is spaces of every kind, and characters without width."""
    assert blank(text)
    assert not blank(f"{text}x")


def test_statements_stand_one_after_the_other() -> None:
    """A question keeps its question mark; a single statement has no full stop."""
    assert sentences(["it is so"]) == "it is so"
    assert sentences(["is it?", "no", "yes"]) == "is it? no. yes"
