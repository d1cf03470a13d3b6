"""Which web page may use the codec: the Temporal UI of the settings, and no other."""

from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.http.errors import Refused, answer, log_refusal

PATHS = "/codec/"
SETTING = "INCIDENT_CODEC_UI"
PREFLIGHT = "OPTIONS"
SECONDS = 600
"""How long a browser remembers what it may send."""
_MAY_SEND = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, x-namespace",
    "Access-Control-Max-Age": str(SECONDS),
}


class OneOrigin:
    """Lets pages of one origin use the codec, with their credentials; refuses all other pages.

    Browsers say in `Origin` which page asks. Tools outside browsers say nothing there.
    """

    def __init__(self, app: ASGIApp, origin: str | None) -> None:
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, answer what a browser asks first, or refuse."""
        if scope["type"] != "http" or not scope["path"].startswith(PATHS):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        said = request.headers.getlist("Origin")
        if said and said != [self._origin]:
            refused = _foreign(self._origin)
            log_refusal(refused, request)
            await answer(refused)(scope, receive, send)
        elif said and request.method == PREFLIGHT:
            allowed = {**_MAY_SEND, **self._allowed()}
            await Response(status_code=HTTPStatus.NO_CONTENT, headers=allowed)(scope, receive, send)
        else:
            await self._app(scope, receive, self._telling(send) if said else send)

    def _telling(self, send: Send) -> Send:
        """Tell the browser that the page may read the answer, whatever it is."""

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._allowed())
            await send(message)

        return tell

    def _allowed(self) -> dict[str, str]:
        return {
            "Access-Control-Allow-Origin": self._origin or "",
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }


def _foreign(origin: str | None) -> Refused:
    which = f"those of {origin}" if origin else f"none, because {SETTING} is not set"
    message = f"web pages that may use the codec: {which}"
    return Refused(HTTPStatus.FORBIDDEN, "UnknownOrigin", message)
