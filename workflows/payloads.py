"""Reads inputs and messages from raw payloads, so that a stranger's input blocks nothing."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from rules.commands.judgement import malformed
from rules.record.bounds import times_beyond

Method = TypeVar("Method", bound=Callable[..., Any])
Start = TypeVar("Start", bound=BaseModel)

_SELF = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
_PAYLOAD = inspect.Parameter(
    "payload", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=RawValue
)
ONE_PAYLOAD = inspect.Signature([_PAYLOAD])


class NotJson(Exception):  # noqa: N818 - says what is
    """A payload cannot be read."""


class OfAnotherVersion(Exception):  # noqa: N818 - says what is
    """An input has fields that this version of the engine does not know."""


def raw(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Declare one raw payload but take any number, so that our own code refuses none or many."""

    def handle(*payloads: object) -> Any:
        return handler(*payloads)

    async def wait(*payloads: object) -> Any:
        return await handler(*payloads)

    taken: Any = wait if inspect.iscoroutinefunction(handler) else handle
    taken.__signature__ = ONE_PAYLOAD
    taken.__annotations__ = {"payload": RawValue}
    return taken  # type: ignore[no-any-return]


def raw_start(method: Method) -> Method:
    """The same for `__init__` and `run` of a workflow, which take `*payloads`."""
    method.__signature__ = inspect.Signature([_SELF, _PAYLOAD])  # type: ignore[attr-defined]
    method.__annotations__ = {**method.__annotations__, "payload": RawValue}
    return method


def read_start(kind: type[Start], payloads: Sequence[object]) -> Start | Exception:
    """The input of a workflow, or the error that its run must raise.

    Malformed input ends the workflow. Input from another version of the engine is OfAnotherVersion:
    it fails the workflow task, and the workflow waits for a worker that understands it. Ending it
    would lose an incident while workers of two versions run side by side.
    """
    if len(payloads) != 1:
        return _wrong_input(kind, f"not {len(payloads)} arguments")
    given = payloads[0]
    try:
        if isinstance(given, RawValue):
            given = workflow.payload_converter().from_payload(given.payload, kind)
        start = kind.model_validate(given)
        return start if workflow.info().continued_run_id else _timely(kind, start)
    except ValidationError as error:
        if workflow.info().continued_run_id or _has_more(kind, payloads[0]):
            return OfAnotherVersion(malformed(error).message)
        return _wrong_input(kind, malformed(error).message)
    except Exception:  # noqa: BLE001 - whatever a converter raises, it cannot read this
        return _wrong_input(kind, "this payload is not JSON")


def _timely(kind: type[Start], start: Start) -> Start | Exception:
    """The input, unless it has instants that nobody can calculate with."""
    problem = next(times_beyond(start), None)
    return _wrong_input(kind, ": ".join(problem)) if problem else start


def _has_more(kind: type[BaseModel], payload: object) -> bool:
    """Whether its only fault is that it has fields which are not known here."""
    try:
        given = read(payload)
        kind.model_validate(given, extra="ignore")
    except (NotJson, ValidationError):
        return False
    return bool(set(given) & set(kind.model_fields))


def _wrong_input(kind: type[BaseModel], problem: str) -> ApplicationError:
    fields = ", ".join(kind.model_fields)
    name = workflow.info().workflow_type
    message = f"{name} starts with one JSON object that has the fields {fields}: {problem}"
    return ApplicationError(message, type="Malformed", non_retryable=True)


def read(payload: object) -> Any:
    """The value of a payload. Raises NotJson."""
    if not isinstance(payload, RawValue):
        return payload
    try:
        return workflow.payload_converter().from_payload(payload.payload)
    except Exception as error:
        raise NotJson from error


@contextmanager
def refusals_logged(name: str) -> Iterator[None]:
    """Log why an update is refused; its validator leaves nothing in the history."""
    try:
        yield
    except ApplicationError as error:
        why = {"command": name[:80], "error": error.message[:500]}
        workflow.logger.warning("message.refused", extra=why)
        raise


def read_one(payloads: Sequence[object]) -> Any:
    """The value of the only payload. Raises NotJson if there are none or many."""
    if len(payloads) != 1:
        raise NotJson
    return read(payloads[0])


def read_as(kind: type[Start], payloads: Sequence[object]) -> Start:
    """The content of an update. Raises ApplicationError of type Malformed."""
    try:
        return kind.model_validate(read_one(payloads))
    except NotJson:
        message = "one JSON object is expected"
    except ValidationError as error:
        message = malformed(error).message
    raise ApplicationError(message, type="Malformed", non_retryable=True)
