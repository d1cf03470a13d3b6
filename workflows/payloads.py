"""Messages as raw payloads: what a stranger sent is neither lost nor wedges a workflow."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

ONE_PAYLOAD = inspect.Signature(
    [inspect.Parameter("payload", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=RawValue)]
)


class NotJson(Exception):  # noqa: N818 - says what is
    """A payload cannot be read."""


def raw(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Declare one raw payload, yet take any number: so that none and many are refused by us."""

    def handle(*payloads: object) -> Any:
        return handler(*payloads)

    handle.__signature__ = ONE_PAYLOAD  # type: ignore[attr-defined]
    handle.__annotations__ = {"payload": RawValue}
    return handle


def read(payload: object) -> Any:
    """The value of a payload. Raises NotJson."""
    if not isinstance(payload, RawValue):
        return payload
    try:
        return workflow.payload_converter().from_payload(payload.payload)
    except Exception as error:
        raise NotJson from error


def read_one(payloads: Sequence[object]) -> Any:
    """The value of the only payload. Raises NotJson where there are none or many."""
    if len(payloads) != 1:
        raise NotJson
    return read(payloads[0])
