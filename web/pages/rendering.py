"""Renders pages, with headers that keep them to themselves."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.readable import readable
from web.http.errors import Refused

HERE = Path(__file__).parent
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FAVICON = "favicon.svg"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Nothing of another place is loaded, nobody frames a page, and no address leaves it."""
HEADINGS = {
    HTTPStatus.NOT_FOUND: "There is no such incident",
    HTTPStatus.FORBIDDEN: "You may not",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That is not possible",
}
TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


@cache
def static_files() -> Mapping[str, tuple[bytes, str]]:
    """The files that pages load: name to content and type."""
    files = sorted((HERE / "static").iterdir())
    known = (file for file in files if file.suffix in TYPES)
    return {file.name: (file.read_bytes(), TYPES[file.suffix]) for file in known}


def static_url(name: str) -> str:
    """The address of a file, which changes with its content, so that browsers may keep it."""
    content, _ = static_files()[name]
    return f"static/{name}?v={sha256(content).hexdigest()[:12]}"


def _harmless(value: object) -> object:
    """What a template shows, without characters that steer others; it is escaped afterwards."""
    return readable(value) if type(value) is str else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_url
    return environment


class Pages:
    """Renders templates for a server that people reach at `base` ("" or a path such as /inc)."""

    def __init__(self, base: str = "", *, tls: bool = False) -> None:
        self.base = base
        self.tls = tls

    def render(
        self,
        template: str,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> HTMLResponse:
        """The page of a template."""
        text = _environment().get_template(template).render(base=self.base, **facts)
        tls = TLS_ONLY if self.tls else {}
        return HTMLResponse(text, status_code=status, headers={**HEADERS, **tls, **(headers or {})})

    def note(self, refused: Refused) -> HTMLResponse:
        """A page that says why there is nothing else to see."""
        return self.refusal("note.html", refused)

    def refusal(self, template: str, refused: Refused, **facts: Any) -> HTMLResponse:
        """A page with the heading and the lines of a refusal."""
        may = refused.facts.get("may") or []
        lines = [str(refused), *([f"Who may: {', '.join(may)}"] if may else [])]
        status = HTTPStatus(refused.status)
        heading = HEADINGS.get(status, "Not now")
        return self.render(template, status, refused.headers, heading=heading, lines=lines, **facts)


async def _static(name: str) -> Response:
    found = static_files().get(name)
    if found is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    content, kind = found
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=kind, headers={**HEADERS, **kept})


async def _favicon() -> Response:
    """For browsers that ask without having read a page."""
    return await _static(FAVICON)


def static_router() -> APIRouter:
    """The route of the files that pages load."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/static/{name}", _static, methods=["GET"])
    router.add_api_route("/favicon.ico", _favicon, methods=["GET"])
    return router
