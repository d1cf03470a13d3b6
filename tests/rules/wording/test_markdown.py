"""Text from outside becomes Markdown that reads as it was written."""

import pytest
from markdown_it import MarkdownIt

from models.readable import in_a_line
from rules.wording.markdown import bullets, caption, plain, quoted, table, within
from tests.fakes.hostile import HOSTILE


@pytest.mark.parametrize(
    "text",
    [
        "a_b",
        "10.5 s",
        "x-y",
        "# x",
        "1. x",
        "2) x",
        "- x",
        "+ x",
        "*x*",
        "a|b",
        "<i>",
        "&amp;",
        "=",
    ],
)
def test_escaped_text_reads_as_written(text: str) -> None:
    """A reader of the rendered report sees what people wrote."""
    tokens = MarkdownIt().parse(f"- {plain(text)}")
    inline = next(token for token in tokens if token.type == "inline")
    assert "".join(child.content for child in inline.children or ()) == text


def test_quotations_keep_their_lines() -> None:
    """A text of several lines stays one quotation."""
    assert quoted("a\n\n# b\n") == "> a  \n>\n> \\# b  "


def test_a_table_without_rows_says_so() -> None:
    """It is one sentence."""
    assert table(("a",), []) == "None recorded."


def test_tables_and_lists_are_those_of_markdown() -> None:
    """A row has a cell for each head; each item is a line."""
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert bullets(["a", "b"]) == "- a\n- b"


def test_signs_at_the_end_of_a_title_are_kept() -> None:
    """Otherwise Markdown would take them for its own and drop them."""
    (_, inline, _) = MarkdownIt().parse(f"## {within('C ##')}")
    assert "".join(child.content for child in inline.children or ()) == "C ##"


@pytest.mark.parametrize("text", [HOSTILE, "*" * 500, "\\" * 500, "a" * 199 + "*"])
def test_a_caption_is_one_short_line_without_structure(text: str) -> None:
    """It is never cut inside an escape, and it loads no picture."""
    said = caption(text)
    assert len(said) <= 200
    assert said == in_a_line(said)
    rendered = MarkdownIt().render(said)
    assert "<img" not in rendered
    assert "<a " not in rendered
    assert "<em>" not in rendered
    assert caption("open INC-1: Checkout fails") == "open INC-1: Checkout fails"
