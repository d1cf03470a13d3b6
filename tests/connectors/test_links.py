"""Links that answer for one person: signed, expiring, the same for the same message."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.signed_links import LONGEST, BadLink, LinkKeys, Links, read_link, signed
from models.messages.message import Message, MessageKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEYS = LinkKeys.read("new:0123456789abcdef0123,old:fedcba98765432100123")
OLD = LinkKeys.read("old:fedcba98765432100123")
URL = "https://incidents.example.org"


def a_page(until: datetime | None = NOON, recipient: str = "ana") -> Message:
    """A page to one person."""
    return Message(
        key="INC-1/page-1.1.1:ana",
        kind=MessageKind.PAGE,
        incident_id="INC-1",
        recipient=recipient,
        subject="Checkout fails",
        body="It does.",
        severity="SEV1",
        reason="new incident",
        respond_until=until,
    )


def token_of(url: str | None) -> str:
    """The token of a link."""
    assert url is not None
    return url.rpartition("/r/")[2]


def test_a_link_says_for_whom_and_about_which_incident() -> None:
    """Whoever holds it acts for that person on that incident, until it expires."""
    link = read_link(KEYS, token_of(Links(KEYS, URL).of(a_page())))
    assert (link.incident, link.person, link.message) == ("INC-1", "ana", "INC-1/page-1.1.1:ana")
    assert link.expired(NOON)
    assert not link.expired(NOON - timedelta(seconds=1))


def test_the_same_message_always_has_the_same_link() -> None:
    """A retry sends what the first attempt sent."""
    assert Links(KEYS, URL).of(a_page()) == Links(KEYS, URL).of(a_page())


def test_a_message_that_nobody_may_answer_has_no_link() -> None:
    """A notification, or a page to a place."""
    assert Links(KEYS, URL).of(a_page(until=None)) is None


def test_a_link_of_an_older_key_counts_while_its_key_is_known() -> None:
    """The first key signs, all of them verify."""
    token = token_of(Links(OLD, URL).of(a_page()))
    assert read_link(KEYS, token).person == "ana"
    with pytest.raises(BadLink):
        read_link(OLD, token_of(Links(KEYS, URL).of(a_page())))


@pytest.mark.parametrize("place", range(0, 200, 7))
def test_a_changed_link_is_no_link(place: int) -> None:
    """Whatever character is changed."""
    token = token_of(Links(KEYS, URL).of(a_page()))
    at = place % len(token)
    other = "A" if token[at] != "A" else "B"
    with pytest.raises(BadLink):
        read_link(KEYS, f"{token[:at]}{other}{token[at + 1 :]}")


@pytest.mark.parametrize("token", ["", "~", "new", "new~", "none~abc", "new~.", "x" * LONGEST * 2])
def test_a_text_that_is_no_link_is_refused(token: str) -> None:
    """Without being looked at, if it is too long."""
    with pytest.raises(BadLink):
        read_link(KEYS, token)


def test_what_is_signed_for_something_else_is_no_link() -> None:
    """A session cannot be opened as a link."""
    link = read_link(KEYS, token_of(Links(KEYS, URL).of(a_page())))
    with pytest.raises(BadLink):
        read_link(KEYS, signed(KEYS, link, "session"))


@pytest.mark.parametrize("text", ["", "a", "a:short", ":0123456789abcdef", "a:0123456789abcdef,b"])
def test_keys_that_cannot_be_read_are_refused_without_the_secret(text: str) -> None:
    """The error says how they are written."""
    with pytest.raises(ValueError, match="must be NAME:SECRET") as raised:
        LinkKeys.read(text)
    assert "0123456789abcdef" not in str(raised.value)
