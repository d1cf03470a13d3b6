"""Texts of strangers, which try to look like lines, rows, columns, headings or links of ours."""

from hypothesis import strategies as st

_PARTS = (
    *("\n", "\r", "\r\n", "\t", "\v", "\f", "\x1c", "\x1f", "\x85", "\u2028", "\u2029"),
    *("\x1b[2J", "\x1b]8;;https://evil.example\x07", "\x00", "\x7f", "\u202e", "\u200b", "\u2066"),
    *("\u00a0", "\u3000", "    ", " ", "\u00ad"),
    *("| a | b |", "| --- |", "---", "===", "# ", "## Clocks", "> ", "- ", "* ", "1. ", "1) "),
    *("[x](https://evil.example)", "![x](//evil)", "<b>", "<!-- ", "&lt;", "`", "```", "~~~", "**"),
    *("\\", "_", "$", "[bold red]", "[/]", ":fire:", "SEV1", "severity: SEV4", "state closed"),
    *("INC-260327-FAKE0000  SEV4  closed", "policy none", "2026-03-27 16:50:00Z  engine", "x", "é"),
)
FOREIGN = st.lists(st.sampled_from(_PARTS), max_size=8).map(lambda parts: f"x{''.join(parts)}x")
"""They begin and end visibly, so that none of them is blank."""
