"""Sessions of links: a signed cookie says for whom and about which incidents the browser asks."""

from datetime import UTC, datetime

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field, TypeAdapter

from connectors.signed_links import Link, read_link
from models.base import Frozen
from models.proof import Proof
from web.identity.asker import Asker
from web.identity.cookies import LONGEST_COOKIE, LONGEST_SESSION, Cookies

LINK_SCOPES = frozenset({"read", "command"})
COOKIE = "respond"
MOST_SESSIONS = 10
LOST = "this form does not belong to your session: open the link again"


class Session(Frozen):
    """What a link let the browser do: for whom, about which incident, and until when.

    `until` is in seconds since 1970.
    """

    incident: str = Field(max_length=200)
    person: str = Field(max_length=200)
    message: str = Field(max_length=500)
    until: int

    @property
    def asker(self) -> Asker:
        """Who holds the link, and what for."""
        return Asker(
            name=self.person,
            proof=Proof.LINK,
            source=f"the link of {self.message}",
            scopes=LINK_SCOPES,
            incident=self.incident,
        )


_SESSIONS = TypeAdapter(tuple[Session, ...])


class Sessions:
    """Begins and reads sessions.

    One cookie has the sessions of the newest links, so that somebody who was paged for many
    incidents can answer for each, and the cookie stays small.
    """

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    def link(self, token: str) -> Link:
        """The link of a token, expired or not. Raises BadLink."""
        return read_link(self._cookies.keys, token)

    def begin(self, request: Request, answer: Response, link: Link) -> None:
        """Let the browser hold a link's session, at most for twelve hours."""
        now = datetime.now(UTC)
        until = min(link.until, int((now + LONGEST_SESSION).timestamp()))
        session = Session(
            incident=link.incident, person=link.person, message=link.message, until=until
        )
        others = [other for other in self._held(request) if other.incident != link.incident]
        sessions = [session, *others][:MOST_SESSIONS]
        while len(value := self._signed(sessions)) > LONGEST_COOKIE and len(sessions) > 1:
            sessions.pop()
        seconds = max(each.until for each in sessions) - int(now.timestamp())
        self._cookies.keep(answer, COOKIE, value, seconds)

    def of(self, request: Request, incident: str) -> Session | None:
        """The session of the browser for an incident; None if there is none, or it is over."""
        return next((held for held in self._held(request) if held.incident == incident), None)

    def form_proof(self, session: Session) -> str:
        """What a form of this session must carry, so that no other page can send it."""
        return self._cookies.proof(_without_end(session))

    async def form(self, request: Request, session: Session) -> dict[str, str]:
        """The fields of a form that a page of this session sent. Raises Refused."""
        return await self._cookies.form(request, _without_end(session), LOST)

    def _signed(self, sessions: list[Session]) -> str:
        return self._cookies.signed(COOKIE, [session.model_dump() for session in sessions])

    def _held(self, request: Request) -> tuple[Session, ...]:
        """The sessions that the cookie holds and that are not over, newest first."""
        held = self._cookies.kept(request, COOKIE, _SESSIONS) or ()
        now = datetime.now(UTC).timestamp()
        return tuple(session for session in held if now < session.until)


def _without_end(session: Session) -> Session:
    """What the forms of a session belong to: opening its link once more keeps older pages."""
    return session.changed(until=0)
