"""What Temporal's UI shows of an incident reads as it was written."""

from markdown_it import MarkdownIt

from rules.answers import status_markdown
from tests.specimens import POLICY, REPORT, after, an_incident, done

STEERING = ("\u202e", "\x1b", "\n# ")


def test_no_text_from_outside_changes_the_status_or_the_terminal_that_shows_it() -> None:
    """A title is no heading and no link, a note no list item; nothing turns around."""
    title = "Checkout *fails*\n# [all is well](https://evil.example)\u202e\x1b[2J <b>x</b>"
    incident = an_incident(report=REPORT.model_copy(update={"title": title}))
    incident = done(incident, "acknowledge", after(2), note="a\n- forged `item`")
    status = status_markdown(POLICY, incident, after(3))
    assert not any(sign in status for sign in STEERING)
    tokens = MarkdownIt().parse(status)
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"link_open", "html_inline", "em_open"}
    assert "heading_open" not in {token.type for token in tokens}
    assert "forged \\`item\\`" in status
