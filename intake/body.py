"""Bodies: read up to a limit, then taken strictly by their format."""

from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from intake.errors import Refused, malformed

LIMIT_BYTES = 2 * 1024 * 1024
"""More than thousands of alerts; what goes on to Temporal is less, and must be."""

Body = TypeVar("Body", bound=BaseModel)


async def read_body(request: Request, form: type[Body]) -> Body:
    """The body as `form`, with no type taken for another. Raises Refused: 400, 413 or 422."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LIMIT_BYTES:
            raise Refused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "TooLarge",
                f"the body is larger than {LIMIT_BYTES // 1024} KiB; Alertmanager's max_alerts "
                "keeps it smaller",
            )
    try:
        return form.model_validate_json(bytes(received), strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        raise malformed(errors, form.model_fields) from None


def as_request_body(form: type[BaseModel]) -> dict[str, Any]:
    """How a route that reads its body itself describes it in OpenAPI."""
    content = {"application/json": {"schema": form.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
