"""E-mail over SMTP: one mail per message, with a Message-ID made from the idempotency key."""

import asyncio
import re
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import quote

from pydantic import Field, SecretStr, model_validator

from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from connectors.channels.protocol import one_line
from connectors.errors import ConnectorError, PermanentError, RetryableError
from models.addresses import is_loopback
from models.messages.message import Message, MessageKind
from models.messages.reference import Reference

if TYPE_CHECKING:
    import aiosmtplib

_MAILBOX = re.compile(r"[^\s<>()\[\],;:\\\"@\x00-\x20\x7f]+@[^\s<>()\[\],;:\\\"@\x00-\x20\x7f]+")
_UNSAFE_DOT = re.compile(r"^\.|\.$|\.(?=\.)")
_MESSAGE_ID = re.compile(r"<[^\s<>()\[\],;:\\\"@]+@[^\s<>()\[\],;:\\\"@]+>")
_READABLE_KEY = 100
_RETRYABLE_CODES = range(400, 500)
_PERMANENT_CODES = range(500, 600)


class Tls(StrEnum):
    """How an e-mail connection is secured."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


DEFAULT_PORTS = {Tls.NONE: 25, Tls.STARTTLS: 587, Tls.TLS: 465}


class EmailSettings(ChannelSettings):
    """A mail server: `host`, `port`, login, `sender`, and `to` for messages without an address.

    By default, `tls` is none on loopback and starttls elsewhere.
    """

    kind: Literal["email"] = "email"
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    username: str | None = Field(default=None, repr=False)
    password: SecretStr | None = None
    sender: str | None = None
    to: str | None = None
    tls: Tls = Field(default=None, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _secured(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("tls"):
            return given
        return {**given, "tls": Tls.NONE if is_loopback(given.get("host")) else Tls.STARTTLS}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not (self.host and self.sender):
            raise ValueError("an e-mail channel needs a host and a sender")
        if self.password and self.tls is Tls.NONE and not is_loopback(self.host):
            raise ValueError("a password is not sent without TLS: set tls to starttls or tls")
        return self

    @property
    def smtp_port(self) -> int:
        """The port of the mail server; by default the usual port of its TLS mode."""
        return self.port or DEFAULT_PORTS[self.tls]


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a key; the same key always gives the same one."""
    local = _UNSAFE_DOT.sub("%2E", quote(key, safe=""))
    if not local or len(local) > _READABLE_KEY:
        local = sha256(key.encode()).hexdigest()
    return f"<{local}@{domain}>"


def compose(
    message: Message,
    *,
    sender: str,
    to: str,
    at: datetime,
    first_message: Reference | None = None,
    respond_url: str | None = None,
) -> EmailMessage:
    """The mail that carries `message`, in reply to the first mail that its recipient got.

    All mails of an incident name one Message-ID that no mail has, so that mail programs group mails
    that left at the same time. Each header is one line, so no header can be smuggled in. Raises
    ValueError if an address is no mailbox.
    """
    for address in (sender, to):
        if not _MAILBOX.fullmatch(address):
            wrong = "not a mailbox"
            raise ValueError(wrong)
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(message.key, domain)
    ancestors = [message_id(message.incident_id, domain)]
    first = (first_message.message if first_message else None) or ""
    if first.isascii() and _MESSAGE_ID.fullmatch(first) and first != mail["Message-ID"]:
        mail["In-Reply-To"] = first
        ancestors.append(first)
    mail["References"] = " ".join(ancestors)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Incident"] = one_line(message.incident_id)
    mail["X-Idempotency-Key"] = quote(message.key, safe=":/ ")
    if message.kind is MessageKind.PAGE:
        mail["Importance"] = "high"
    answer = f"Answer here, it is your own link: {respond_url}\n\n" if respond_url else ""
    mail.set_content(f"{answer}{message.body}")
    return mail


class EmailChannel:
    """Sends through one mail server.

    Answers 4xx, timeouts and broken connections are retryable; 5xx, and a message without an
    address, are permanent.
    """

    def __init__(self, name: str, settings: EmailSettings) -> None:
        import aiosmtplib  # noqa: F401, PLC0415 - no setting needs it, and no mail waits for it

        self.name = name
        self._settings = settings

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,
        respond_url: str | None = None,
    ) -> Reference | None:
        """Send `message` to its address, or else to the channel's; returns its Message-ID."""
        import aiosmtplib  # noqa: PLC0415 - no setting needs it

        to = message.address or self._settings.to
        if not to:
            raise PermanentError(self.name, f"no e-mail address for {message.recipient}")
        sender = self._settings.sender or ""
        try:
            mail = compose(
                message,
                sender=sender,
                to=to,
                at=datetime.now(UTC),
                first_message=first_message,
                # The channel's own mailbox may be a list: only the person's gets the link.
                respond_url=respond_url if message.address else None,
            )
        except (ValueError, MessageError):
            reason = f"the e-mail address of {message.recipient} cannot be used"
            raise PermanentError(self.name, reason) from None
        seconds = timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds) as limit:
                await self._deliver(mail, sender, to, limit, seconds)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise self._failure(error) from None
        return Reference(message=str(mail["Message-ID"]))

    async def _deliver(
        self, mail: EmailMessage, sender: str, to: str, limit: asyncio.Timeout, seconds: float
    ) -> None:
        import aiosmtplib  # noqa: PLC0415 - no setting needs it

        settings = self._settings
        password = settings.password.get_secret_value() if settings.password else None
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.smtp_port,
            username=settings.username,
            password=password,
            timeout=seconds,
            use_tls=settings.tls is Tls.TLS,
            start_tls=settings.tls is Tls.STARTTLS,
        )
        try:
            await client.connect()
            refused, _ = await client.send_message(mail, sender=sender, recipients=[to])
            for code, text in refused.values():
                raise aiosmtplib.SMTPRecipientRefused(code, text, to)
            await _quit(client, limit)
        finally:
            client.close()

    def _failure(self, error: Exception) -> ConnectorError:
        import aiosmtplib  # noqa: PLC0415 - no setting needs it

        if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
            error = error.recipients[0]
        if isinstance(error, aiosmtplib.SMTPResponseException):
            reason = f"the mail server answered {error.code}"
            if not isinstance(error, aiosmtplib.SMTPAuthenticationError):
                reason += f" {self._without_secrets(error.message)}"
            else:
                reason += " to the login"
            permanent = error.code in _PERMANENT_CODES
            return (PermanentError if permanent else RetryableError)(self.name, reason)
        if isinstance(error, TimeoutError):
            return RetryableError(self.name, "the mail server did not answer in time")
        lacks = isinstance(error, aiosmtplib.SMTPNotSupported)
        if lacks or type(error) is aiosmtplib.SMTPException:
            return PermanentError(
                self.name, "the mail server does not support what the settings require"
            )
        if isinstance(error, ValueError):
            return PermanentError(self.name, "the mail cannot be sent as configured")
        return RetryableError(
            self.name, f"the connection to the mail server failed ({type(error).__name__})"
        )

    def _without_secrets(self, text: str) -> str:
        """The server's answer on one line, without our login in any form in which it was sent."""
        settings = self._settings
        password = settings.password.get_secret_value() if settings.password else ""
        # Join the lines first: invisible characters could split a secret and be removed later.
        text = one_line(text, len(text))
        for secret in _forms(settings.username or "", password, addresses=(settings.sender,)):
            text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
        return text[:200]


def _forms(user: str, password: str, *, addresses: tuple[str | None, ...]) -> list[str]:
    """A login as it is and as SMTP sends it, the longest first.

    A user name that equals the sender's address stays, because every mail shows it.
    """
    sent = (password, user, f"\0{user}\0{password}", f"{user}\0{user}\0{password}")
    encoded = (b64encode(said.encode()).decode() for said in sent if said.strip("\0"))
    plain = (password, quote(password, safe=""), user if user not in addresses else "")
    forms = {*plain, *(each.rstrip("=") for each in encoded)}
    return sorted((form for form in forms if form), key=len, reverse=True)


async def _quit(client: "aiosmtplib.SMTP", limit: asyncio.Timeout) -> None:
    """Say goodbye. The server already took the mail, so no failure here may cause a second one."""
    import aiosmtplib  # noqa: PLC0415 - no setting needs it

    deadline = limit.when()
    limit.reschedule(None)
    with suppress(TimeoutError, aiosmtplib.SMTPException, OSError):
        async with asyncio.timeout_at(deadline):
            await client.quit()


KIND = ChannelKindSpec(
    name="email",
    settings=EmailSettings,
    make=lambda name, settings, _: EmailChannel(name, settings),
    can=frozenset({Ability.PAGE, Ability.POST, Ability.THREAD}),
    repeat=Repeat.MAY_DOUBLE,
    told_by="host",
)
