"""GET /openapi.json: the description of the API, made once for each process."""

import asyncio
import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.http.endpoints import OPENAPI, SCHEMAS, TOKEN, Refusal
from web.http.etags import asker_has
from web.http.examples import add_examples


class Description:
    """The document as it is sent. It depends on the program alone, so it is made once."""

    def __init__(self, made: Callable[[], dict[str, Any]]) -> None:
        self._made = made
        self._making = asyncio.Lock()
        self._kept: tuple[bytes, str] | None = None

    async def show(self, request: Request) -> Response:
        """Answer with the document, or 304 if the asker has it."""
        async with self._making:
            if self._kept is None:
                # This takes a second, in which other requests go on.
                self._kept = await asyncio.to_thread(self._make)
        document, tag = self._kept
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if asker_has(request, tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(document, headers=headers, media_type="application/json")

    def _make(self) -> tuple[bytes, str]:
        document = json.dumps(self._made(), separators=(",", ":")).encode("ascii")
        return document, f'"{sha256(document).hexdigest()[:24]}"'


def describe(app: FastAPI, *forms: type[BaseModel]) -> None:
    """Serve the description of `app`, with the schemas of `forms`, to which its routes refer."""
    generated = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        schema = generated()
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {}).update(_schemas(forms))
        components["securitySchemes"] = {TOKEN: {"type": "http", "scheme": "bearer"}}
        add_examples(schema)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_route(OPENAPI, Description(openapi).show, include_in_schema=False)


@cache
def _schemas(forms: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    described: list[type[BaseModel]] = [*forms, Refusal]
    _, definitions = models_json_schema(
        [(form, "validation") for form in described], ref_template=SCHEMAS
    )
    found: dict[str, Any] = definitions["$defs"]
    ambiguous = [form.__name__ for form in forms if form.__name__ not in found]
    if ambiguous:
        raise ValueError(f"two models are called {ambiguous[0]}: rename one")
    return found
