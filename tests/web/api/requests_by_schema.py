"""Asks each operation of an OpenAPI document as it says, and wrongly.

Only the test that does so imports this: loading schemathesis takes two seconds.
"""

import random
from collections.abc import Iterator
from typing import Any

import httpx2
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.conftest import AUTHORISED

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 3
"""Requests of each kind to each operation: as documented, and wrong in some way."""
EACH = 5
"""All commands have one route function, so that each fifth of them is enough."""


def tried(operation: "APIOperation[Any, Any, Any, Any]", url: str, incident: str) -> Iterator[str]:
    """Ask an operation as its document says, wrongly, and as its example does.

    Yields what is not as documented.
    """
    asking = {mode.value: operation.as_strategy(mode) for mode in GenerationMode}
    examples = operation.get_strategies_from_examples()
    asking |= {f"example {number}": one for number, one in enumerate(examples)}
    for how, strategy in asking.items():

        @seed(1)
        @settings(
            max_examples=1 if how.startswith("example") else EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def asked(case: "Case[Any]") -> None:
            if "incident" in case.path_parameters and random.Random(repr(case.body)).random() < 0.5:  # noqa: S311
                case.path_parameters["incident"] = incident
            answer = case.call(base_url=url, headers=AUTHORISED)
            # A busy Temporal may be a 503, which asks for another try; a bug of ours is a 500.
            assert answer.status_code != httpx2.codes.INTERNAL_SERVER_ERROR, answer.text
            case.validate_response(answer, checks=CHECKS)

        try:
            asked()
        except Unsatisfiable:
            continue  # an operation without parameters cannot be asked wrongly
        except BaseException as error:  # noqa: BLE001 - a group of failures, told at the end
            yield f"{operation.label} ({how}): {_words(error)}"


def _words(error: BaseException) -> str:
    inner = getattr(error, "exceptions", [error])
    return " | ".join(f"{type(each).__name__}: {str(each)[:1200]}" for each in inner)


def all_wrong(document: dict[str, Any], url: str, incident: str) -> list[str]:
    """What is not as documented, of all operations that end by themselves."""
    found = (each for each in openapi.from_dict(document).get_all_operations())
    every = [each.ok() for each in found if isinstance(each, Ok)]
    every = [each for each in every if not each.path.endswith("/events")]
    commands = [each for each in every if "/commands/" in each.path]
    chosen = [*(each for each in every if each not in commands), *commands[::EACH]]
    return [wrong for each in chosen for wrong in tried(each, url, incident)]
