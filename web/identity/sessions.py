"""Sessions of browsers: a signed cookie says who asks, and nothing about it is stored here."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from secrets import compare_digest
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadData
from pydantic import Field, TypeAdapter, ValidationError

from connectors.links import Link, LinkKeys, read_link
from models.base import Frozen
from models.proof import Proof
from web.http.errors import Refused
from web.identity.asker import Asker

LINK_SCOPES = frozenset({"read", "command"})
LONGEST_SESSION = timedelta(hours=12)
COOKIE = "respond"
LONGEST_COOKIE = 3500
"""Browsers keep about 4,000 characters of a cookie."""
MOST_SESSIONS = 10
FORM_LIMIT_BYTES = 64 * 1024
MOST_FIELDS = 100
FORM_TYPE = "application/x-www-form-urlencoded"
PROOF_FIELD = "form"
_SESSION, _FORM = "session", "form"


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
    """Begins and reads sessions. Over TLS, the cookie is for this host alone.

    One cookie has the sessions of the newest links, so that somebody who was paged for many
    incidents can answer for each, and the cookie stays small.
    """

    def __init__(self, keys: LinkKeys, *, tls: bool) -> None:
        self._keys = keys
        self._tls = tls

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return f"__Host-{COOKIE}" if self._tls else COOKIE

    def link(self, token: str) -> Link:
        """The link of a token, expired or not. Raises BadLink."""
        return read_link(self._keys, token)

    def begin(self, request: Request, answer: Response, link: Link) -> None:
        """Let the browser hold a link's session, at most for twelve hours."""
        now = datetime.now(UTC)
        until = min(link.until, int((now + LONGEST_SESSION).timestamp()))
        session = Session(
            incident=link.incident, person=link.person, message=link.message, until=until
        )
        others = [other for other in self._held(request) if other.incident != link.incident]
        sessions = [session, *others][:MOST_SESSIONS]
        while len(token := self._signed(sessions)) > LONGEST_COOKIE and len(sessions) > 1:
            sessions.pop()
        answer.set_cookie(
            self.cookie,
            token,
            max_age=max(0, max(each.until for each in sessions) - int(now.timestamp())),
            path="/",
            secure=self._tls,
            httponly=True,
            samesite="lax",
        )

    def of(self, request: Request, incident: str) -> Session | None:
        """The session of the browser for an incident; None if there is none, or it is over."""
        return next((held for held in self._held(request) if held.incident == incident), None)

    def form_proof(self, session: Session) -> str:
        """What a form of this session must carry, so that no other page can send it."""
        return self._keys.proof_of(session.model_dump_json(), _FORM)

    async def form(self, request: Request, session: Session) -> dict[str, str]:
        """The fields of a form that a page of this session sent. Raises Refused."""
        fields = await read_form(request)
        given = fields.pop(PROOF_FIELD, "")
        if not compare_digest(given.encode(), self.form_proof(session).encode()):
            message = "this form does not belong to your session: open the link again"
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthenticated", message)
        return fields

    def _signed(self, sessions: Sequence[Session]) -> str:
        key = self._keys.first
        said = [session.model_dump() for session in sessions]
        token = self._keys.serializer(key, _SESSION).dumps(said)
        return f"{key}~{token if isinstance(token, str) else token.decode()}"

    def _held(self, request: Request) -> tuple[Session, ...]:
        """The sessions that the cookie holds and that are not over, newest first."""
        said = request.cookies.get(self.cookie, "")
        key, _, token = said.partition("~")
        if not 0 < len(said) <= LONGEST_COOKIE:
            return ()
        try:
            held = _SESSIONS.validate_python(self._keys.serializer(key, _SESSION).loads(token))
        except (KeyError, BadData, ValidationError):
            return ()
        now = datetime.now(UTC).timestamp()
        return tuple(session for session in held if now < session.until)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; the last one counts if a name comes twice. Raises Refused."""
    said = request.headers.get("Content-Type", "")
    if said.partition(";")[0].strip().lower() != FORM_TYPE:
        message = f"a form is sent as {FORM_TYPE}"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > FORM_LIMIT_BYTES:
            message = f"the form is larger than {FORM_LIMIT_BYTES // 1024} KiB"
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TooLarge", message)
    try:
        pairs = parse_qsl(
            received.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except (ValueError, UnicodeDecodeError):
        message = "the form cannot be read"
        raise Refused(HTTPStatus.BAD_REQUEST, "Malformed", message) from None
    return dict(pairs)
