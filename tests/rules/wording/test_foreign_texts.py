"""Markdown and messages have the same structure, whatever strangers wrote."""

from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from models.alert import Alert, AlertRecord, AlertStatus
from models.incident.record import Incident
from models.messages.message import MessageKind
from rules.commands.answers import status_markdown
from rules.paging.messages import message
from rules.wording.markdown import bullets, caption, plain, quoted, table, within
from tests.foreign_texts import FOREIGN
from tests.specimens import POLICY, after, an_incident

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
IS_TEXT = frozenset({"text", "softbreak", "hardbreak"})


def structure(markdown: str) -> list[str]:
    """What a reader makes of Markdown, without its words."""

    def inline(token: Token) -> list[str]:
        return [child.type for child in token.children or () if child.type not in IS_TEXT]

    tokens = MARKDOWN.parse(markdown)
    return [part for token in tokens for part in (token.type, *inline(token))]


@given(FOREIGN)
def test_a_text_in_markdown_is_only_text(text: str) -> None:
    """In a cell, in an item, in a heading, in a caption and in a paragraph."""
    for made in (
        lambda said: table(("a", "b"), [(within(said), plain(said)), (plain(said), "x")]),
        lambda said: bullets([plain(said), plain(said)]),
        lambda said: f"## {within(said)}\n\n{plain(said)}",
        caption,
    ):
        assert structure(made(text)) == structure(made("x"))


@given(FOREIGN)
def test_a_quotation_is_one_quotation_of_text(text: str) -> None:
    """However many lines it has."""
    found = structure(quoted(text))
    assert found[0] == "blockquote_open"
    assert found[-1] == "blockquote_close"
    assert set(found[1:-1]) <= {"paragraph_open", "inline", "paragraph_close"}


def reported(text: str) -> Incident:
    """An incident whose report and alert have foreign texts."""
    incident = an_incident(POLICY)
    alert = Alert.model_construct(
        **{name: field.get_default() for name, field in Alert.model_fields.items()}
        | {
            "fingerprint": "f",
            "name": text,
            "summary": text,
            "labels": {"alertname": text, "instance": text},
            "status": AlertStatus.FIRING,
            "started_at": after(0),
            "severity": None,
        }
    )
    record = AlertRecord.model_construct(
        **{name: field.get_default() for name, field in AlertRecord.model_fields.items()}
        | {"alert": alert, "first_seen_at": after(0), "last_seen_at": after(0), "times_seen": 1}
    )
    report = incident.report.changed(
        title=text, nature=text, service=text, affected_systems=(text,)
    )
    return incident.changed(report=report, alerts={"f": record})


@given(FOREIGN)
def test_the_details_in_temporal_have_the_same_structure(text: str) -> None:
    """No title makes a heading, a row or a link there."""
    expected = structure(status_markdown(POLICY, reported("x"), after(1)))
    assert structure(status_markdown(POLICY, reported(text), after(1))) == expected


@given(FOREIGN)
def test_a_message_has_the_same_facts_whatever_they_say(text: str) -> None:
    """A text adds no line that begins like a fact of ours, and no line to the subject."""

    def sent(said: str) -> tuple[str, list[str]]:
        told = message(
            MessageKind.PAGE, reported(said), POLICY, after(1), reason="new incident", text="Look"
        )
        lines = told.body.split("\n")
        return told.subject, [line.split(":")[0] for line in lines if not line.startswith("  ")]

    subject, facts = sent(text)
    assert len(subject.splitlines()) == 1
    assert "  " not in subject
    assert facts == sent("x")[1]
