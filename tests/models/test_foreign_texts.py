"""Text from outside stays where we put it: no line, row or column of ours can be imitated."""

from hypothesis import given
from hypothesis import strategies as st

from models.readable import in_a_cell, in_a_line, indented
from tests.foreign_texts import FOREIGN


@given(FOREIGN)
def test_a_cell_is_one_line_whose_words_are_one_space_apart(text: str) -> None:
    """Neither breaks, tabs nor wide spaces are left, nor what steers a terminal."""
    told = in_a_cell(text)
    assert told.split(" ") == told.split() or told == ""
    assert len(told.splitlines()) <= 1
    assert in_a_cell(told) == told


@given(FOREIGN)
def test_a_line_has_no_breaks_or_tabs(text: str) -> None:
    """Its spaces stay, because our own lines are indented."""
    told = in_a_line(text)
    assert len(told.splitlines()) <= 1
    assert "\t" not in told
    assert in_a_line("  - x") == "  - x"


@given(FOREIGN, st.sampled_from(["  ", "    "]))
def test_further_lines_are_indented_whatever_ends_a_line(text: str, by: str) -> None:
    """A separator that becomes a line break is one, too."""
    _, *further = indented(text, by).split("\n")
    assert all(line.startswith(by) for line in further)
