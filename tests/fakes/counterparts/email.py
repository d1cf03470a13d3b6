"""A mail server with a login, which shows every mail that it took."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from tests.fakes.counterparts.counterpart import Counterpart, Fate, Taken
from tests.fakes.smtp_sink import Breaks, Mail, SmtpSink

_LOGIN = ("login-secret", "password-secret")


class EmailCounterpart(Counterpart):
    """It takes mail only after the login."""

    lacks: Mapping[Fate, str] = {Fate.BUSY: "SMTP has no way to say how long to wait"}
    secrets = _LOGIN

    def __init__(self) -> None:
        self._sink = SmtpSink(login=_LOGIN)

    async def begin(self) -> None:
        """Listen on loopback."""
        await self._sink.__aenter__()

    async def end(self) -> None:
        """Listen no more."""
        await self._sink.__aexit__(None, None, None)

    @property
    def settings(self) -> dict[str, Any]:
        """A login on this machine, and a list for messages without an address."""
        return {
            "host": self._sink.host,
            "port": self._sink.port,
            "username": _LOGIN[0],
            "password": _LOGIN[1],
            "sender": "engine@example.org",
            "to": "everybody@example.org",
        }

    def meets(self, fate: Fate) -> None:
        """Decide the answer to the next mail."""
        said = {
            Fate.REFUSED: "554 rejected",
            Fate.FAILED: "451 later",
            Fate.SILENT: Breaks.SILENT,
            Fate.RESET: Breaks.RESET,
            Fate.LOST_ANSWER: Breaks.LOST_ANSWER,
            Fate.TELLING: f"554 {' '.join(_LOGIN)} may not",
        }
        self._sink.data_answers.append(said[fate])

    @property
    def taken(self) -> list[Taken]:
        """Each mail, also one with a Message-ID that came before."""
        return [_shown(mail) for mail in self._sink.mails]


def _shown(mail: Mail) -> Taken:
    said = mail.message
    lines = (str(said["Subject"]), str(said["To"]), str(said["X-Incident"]))
    thread = said["In-Reply-To"]
    key = unquote(str(said["X-Idempotency-Key"]))
    text = "\n".join(said.get_content().split("\r\n"))
    return Taken(lines, text, key, str(thread) if thread else mail.message_id)
