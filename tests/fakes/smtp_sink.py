"""A real SMTP server on a free loopback port, in the running loop.

It keeps every mail that it took; a test can set its answers to RCPT and DATA.
"""

import asyncio
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from ssl import SSLContext
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.patience import PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that was taken."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def message_id(self) -> str:
        """The header Message-ID."""
        return str(self.message["Message-ID"])


class Breaks(StrEnum):
    """What may stand in the place of an answer to a mail."""

    SILENT = "silent"
    RESET = "reset"
    LOST_ANSWER = "lost answer"
    """The sink takes the mail first."""


class SmtpSink:
    """Use as `async with SmtpSink() as sink`; channels connect to `sink.host`, `sink.port`.

    With `tls` it speaks TLS from the first byte, or after STARTTLS if `starttls`; with `login` it
    takes mail only after that login. `refused` maps a recipient to the answer to its RCPT. Each
    mail uses up one of `data_answers`, which may be one of `Breaks`; then "250 OK" answers.
    `effects` holds the first mail of each Message-ID, `mails` all.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        tls: SSLContext | None = None,
        starttls: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        self._tls, self._starttls, self._login = tls, starttls, login
        self.mails: list[Mail] = []
        self.effects: dict[str, Mail] = {}
        self.refused: dict[str, str] = {}
        self.data_answers: list[str] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._came = asyncio.Condition()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        first = None if self._starttls else self._tls
        self._server = await loop.create_server(self._session, self.host, self.port, ssl=first)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def _session(self) -> SMTP:
        return SMTP(
            self,
            loop=asyncio.get_running_loop(),
            tls_context=self._tls if self._starttls else None,
            require_starttls=self._starttls,
            auth_required=self._login is not None,
            auth_require_tls=False,
            authenticator=self._authenticated if self._login else None,
        )

    def _authenticated(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: object
    ) -> AuthResult:
        words = (data.login, data.password) if isinstance(data, LoginPassword) else ()
        expected = tuple(word.encode() for word in self._login or ())
        return AuthResult(success=words == expected, handled=False)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()

    async def wait_for(self, effects: int, *, within: float = PATIENCE_SECONDS) -> None:
        """Waits until it took `effects` different mails; `within` seconds at most."""
        async with asyncio.timeout(within), self._came:
            await self._came.wait_for(lambda: len(self.effects) >= effects)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Takes a recipient, unless the test refuses it."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Takes a mail, unless the test answers otherwise."""
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer == Breaks.SILENT:
            await asyncio.Event().wait()
        if answer in {Breaks.RESET, Breaks.LOST_ANSWER}:
            if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
        elif not answer.startswith("2"):
            return answer
        if answer != Breaks.RESET:
            await self._take(envelope)
        return answer

    async def _take(self, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        parsed = message_from_bytes(content, policy=policy.default)
        mail = Mail(str(envelope.mail_from), tuple(envelope.rcpt_tos), parsed)
        async with self._came:
            self.mails.append(mail)
            self.effects.setdefault(mail.message_id, mail)
            self._came.notify_all()
