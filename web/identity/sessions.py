"""Sessions of browsers: a signed cookie says who asks, and nothing about it is stored here."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from secrets import compare_digest
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadData
from pydantic import Field, ValidationError

from connectors.links import LONGEST, Link, LinkKeys
from models.base import Frozen
from models.proof import Proof
from web.http.errors import Refused
from web.identity.asker import Asker

LINK_SCOPES = frozenset({"read", "command"})
LONGEST_SESSION = timedelta(hours=12)
FORM_LIMIT_BYTES = 64 * 1024
MOST_FIELDS = 100
FORM_TYPE = "application/x-www-form-urlencoded"
PROOF_FIELD = "form"
_SESSION, _FORM = "session", "form"


class Session(Frozen):
    """What the cookie of a link says: for whom, about which incident, and until when.

    `until` is in seconds since 1970; `key` names the key that signed it.
    """

    incident: str = Field(max_length=200)
    person: str = Field(max_length=200)
    message: str = Field(max_length=500)
    until: int
    key: str = Field(max_length=40)

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


class Sessions:
    """Begins and reads sessions. Over TLS, the cookie is for this host alone."""

    def __init__(self, keys: LinkKeys, *, tls: bool, base: str = "") -> None:
        self._keys = keys
        self._tls = tls
        self._base = base

    def cookie(self, incident: str) -> str:
        """The name of the cookie for an incident: links of several incidents work side by side."""
        name = f"respond-{sha256(incident.encode()).hexdigest()[:12]}"
        return f"__Host-{name}" if self._tls else name

    def begin(self, answer: Response, link: Link) -> None:
        """Let the browser hold a link's session, at most for twelve hours."""
        now = datetime.now(UTC)
        until = min(link.until, int((now + LONGEST_SESSION).timestamp()))
        session = Session(
            incident=link.incident,
            person=link.person,
            message=link.message,
            until=until,
            key=self._keys.first,
        )
        token = self._keys.serializer(session.key, _SESSION).dumps(session.model_dump())
        answer.set_cookie(
            self.cookie(link.incident),
            f"{session.key}~{token if isinstance(token, str) else token.decode()}",
            max_age=max(0, until - int(now.timestamp())),
            path="/",
            secure=self._tls,
            httponly=True,
            samesite="lax",
        )

    def of(self, request: Request, incident: str) -> Session | None:
        """The session of the browser for an incident; None if there is none, or it is over."""
        said = request.cookies.get(self.cookie(incident), "")
        key, _, token = said.partition("~")
        if len(said) > LONGEST:
            return None
        try:
            session = Session.model_validate(self._keys.serializer(key, _SESSION).loads(token))
        except (KeyError, BadData, ValidationError):
            return None
        alive = datetime.now(UTC).timestamp() < session.until
        return session if alive and session.incident == incident else None

    def form_proof(self, request: Request, incident: str) -> str:
        """What a form must carry, so that no other page can send it."""
        return self._keys.proof_of(request.cookies.get(self.cookie(incident), ""), _FORM)

    async def form(self, request: Request, incident: str) -> dict[str, str]:
        """The fields of a form that a page of this session sent. Raises Refused."""
        fields = await read_form(request)
        given = fields.pop(PROOF_FIELD, "")
        if not compare_digest(given.encode(), self.form_proof(request, incident).encode()):
            message = "this form does not belong to your session: open the link again"
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthenticated", message)
        return fields


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
