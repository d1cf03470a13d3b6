"""The e-mail channel against a real SMTP server."""

from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.channels.email import EmailChannel, EmailSettings, message_id
from connectors.errors import PermanentError, RetryableError
from models.messages.message import MessageKind
from models.messages.reference import Reference
from tests.fakes.messages import a_message
from tests.fakes.smtp_sink import SmtpSink

SOON = timedelta(seconds=5)
SHORT = timedelta(milliseconds=100)


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    """A mail server for this test alone."""
    async with SmtpSink() as running:
        yield running


def channel(sink: SmtpSink, **given: Any) -> EmailChannel:
    """The channel `mail` of the sink."""
    settings = {"host": sink.host, "port": sink.port, "sender": "engine@example.org", **given}
    return EmailChannel("mail", EmailSettings.model_validate(settings))


async def test_mail_carries_the_message_and_its_key(sink: SmtpSink) -> None:
    """Subject, body, recipient and the key arrive, the key in the Message-ID and a header."""
    message = a_message(address="alice@example.org", subject="[INC-1] SEV1 Kasse lädt nicht — neu")
    reference = await channel(sink).send(message, timeout=SOON)
    mail = sink.mails[0]
    assert reference == Reference(message=mail.message_id)
    assert mail.sender == "engine@example.org"
    assert mail.recipients == ("alice@example.org",)
    assert mail.message["Subject"] == message.subject
    assert mail.message["X-Idempotency-Key"] == message.key
    assert mail.message_id == "<INC-1.7%3Aalice@example.org>"
    assert mail.message["Importance"] == "high"
    assert mail.message["References"] == "<INC-1@example.org>"
    assert mail.message.get_content().splitlines() == message.body.splitlines()


async def test_later_mails_reply_to_the_first(sink: SmtpSink) -> None:
    """So mail programs group them; the first mail is no reply."""
    mail = channel(sink)
    first = await mail.send(a_message(address="a@example.org", key="1"), timeout=SOON)
    for key in "23":
        message = a_message(address="a@example.org", key=key)
        await mail.send(message, timeout=SOON, first_message=first)
    sent = [taken.message for taken in sink.mails]
    assert [str(mail["In-Reply-To"]) for mail in sent] == ["None", *["<1@example.org>"] * 2]
    assert [str(mail["References"]) for mail in sent] == [
        "<INC-1@example.org>",
        *["<INC-1@example.org> <1@example.org>"] * 2,
    ]
    assert len({mail.message_id for mail in sink.mails}) == 3


@pytest.mark.parametrize(
    "made", ["m-42", "<INC-1.7%3Aalice@example.org>", "<a@b> <c@d>", "a@b", "<a@\u00fc>", None]
)
async def test_a_mail_replies_to_no_other_thing_than_a_mail(
    sink: SmtpSink, made: str | None
) -> None:
    """It replies neither to itself nor to the reference of another kind of channel."""
    message = a_message(address="a@example.org")
    first = Reference(message=made, thread="t")
    await channel(sink).send(message, timeout=SOON, first_message=first)
    assert sink.mails[0].message["In-Reply-To"] is None
    assert sink.mails[0].message["References"] == "<INC-1@example.org>"


async def test_a_notification_is_not_marked_important(sink: SmtpSink) -> None:
    """Only pages ask for attention."""
    message = a_message(kind=MessageKind.NOTIFICATION, address="alice@example.org")
    await channel(sink).send(message, timeout=SOON)
    assert sink.mails[0].message["Importance"] is None


@pytest.mark.parametrize("key", ["plain", "a b", "zoë:1", "x" * 500, "..a..b.", "<>@\r\n", "", "/"])
def test_every_key_makes_a_valid_message_id(key: str) -> None:
    """A Message-ID has no character that a header could misread, and fits on a line."""
    made = message_id(key, "example.org")
    local = made.removeprefix("<").removesuffix("@example.org>")
    assert made == message_id(key, "example.org")
    assert local.isascii()
    assert local.isprintable()
    assert 0 < len(local) <= 100
    assert not set(local) & set('<>@ ,;:()[]\\"')
    assert ".." not in local


async def test_a_long_message_id_survives_the_way(sink: SmtpSink) -> None:
    """A Message-ID longer than a header line arrives unbroken."""
    key = "INC-20260301-abcdef.12:" + "a-rather-long-name-of-a-team" * 2
    await channel(sink).send(a_message(key=key, address="a@example.org"), timeout=SOON)
    assert sink.mails[0].message_id == message_id(key, "example.org")


async def test_a_message_without_address_goes_to_the_channel_s(sink: SmtpSink) -> None:
    """`to` is for messages without an address; a message's own address comes first."""
    fallback = channel(sink, to="desk@example.org")
    await fallback.send(a_message(), timeout=SOON)
    await fallback.send(a_message(address="alice@example.org"), timeout=SOON)
    assert [mail.recipients[0] for mail in sink.mails] == ["desk@example.org", "alice@example.org"]


async def test_no_address_at_all_is_permanent(sink: SmtpSink) -> None:
    """Without any address nothing is sent, and another attempt cannot help."""
    with pytest.raises(PermanentError, match="no e-mail address for alice"):
        await channel(sink).send(a_message(), timeout=SOON)
    assert sink.mails == []


@pytest.mark.parametrize(
    "address",
    [
        "alice",
        "a@b\r\nBcc: eve@example.org",
        "a@example.org, eve@example.org",
        "a b@example.org",
        "<a@example.org>",
        "a@example.org> SIZE=1 <b@example.org",
    ],
)
async def test_an_address_that_is_no_mailbox_is_permanent(sink: SmtpSink, address: str) -> None:
    """An address that is not exactly one mailbox is refused before anything is sent."""
    with pytest.raises(PermanentError, match="cannot be used"):
        await channel(sink).send(a_message(address=address), timeout=SOON)
    assert sink.mails == []


async def test_no_header_can_be_injected(sink: SmtpSink) -> None:
    """Line breaks in subject, key or incident id add no header and no recipient."""
    evil = "x\r\nBcc: eve@example.org\r\n\r\nbody"
    message = a_message(
        address="alice@example.org", subject=evil, key=evil, incident_id=evil, recipient=evil
    )
    await channel(sink).send(message, timeout=SOON)
    mail = sink.mails[0]
    assert mail.recipients == ("alice@example.org",)
    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "x Bcc: eve@example.org body"


@pytest.mark.parametrize("answer", ["450 mailbox busy", "421 later"])
async def test_4xx_for_a_recipient_is_retryable(sink: SmtpSink, answer: str) -> None:
    """A recipient refused for now is retryable."""
    sink.refused["alice@example.org"] = answer
    with pytest.raises(RetryableError, match=answer):
        await channel(sink).send(a_message(address="alice@example.org"), timeout=SOON)


async def test_answers_to_the_content_decide(sink: SmtpSink) -> None:
    """A mail refused after its content is retryable or permanent by its code."""
    sink.data_answers = ["451 try later", "554 rejected"]
    message = a_message(address="alice@example.org")
    with pytest.raises(RetryableError):
        await channel(sink).send(message, timeout=SOON)
    with pytest.raises(PermanentError):
        await channel(sink).send(message, timeout=SOON)


async def test_nobody_listening_is_retryable() -> None:
    """A refused connection is retryable."""
    async with SmtpSink() as sink:
        target = channel(sink)
    with pytest.raises(RetryableError, match="connection to the mail server failed"):
        await target.send(a_message(address="a@example.org"), timeout=SOON)


async def test_missing_tls_is_permanent(sink: SmtpSink) -> None:
    """If TLS is set and the server has none, nothing is sent in the clear."""
    secured = channel(sink, tls="starttls")
    with pytest.raises(PermanentError, match="does not support"):
        await secured.send(a_message(address="a@example.org"), timeout=SOON)
    assert sink.mails == []


async def test_no_form_of_the_login_reaches_an_error(sink: SmtpSink) -> None:
    """That includes SMTP's form of it, and forms with invisible characters in between."""
    login = b64encode(b"\0mailer-7\0hunter2-secret").decode()
    name, password = (b64encode(word).decode() for word in (b"mailer-7", b"hunter2-secret"))
    for told in (login, name, password, password.rstrip("="), "mailer-7", "hunter2\u200b-secret"):
        secret = channel(sink, username="mailer-7", password="hunter2-secret")
        said = secret._without_secrets(f"not {told} again")
        assert said == "not *** again" or (told.endswith("=") and said.startswith("not ***"))
    own = channel(sink, username="engine@example.org", password="x-x", sender="engine@example.org")
    assert own._without_secrets("no engine@example.org") == "no engine@example.org"
