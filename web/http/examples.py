"""Examples for the OpenAPI document: what each operation takes, answers and refuses.

`examples.json` has them. The answers are those of a real incident; tests play the requests again.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")
SHARED_AT = "#/components/examples/{name}"
NAME = "example"


@cache
def known_examples() -> dict[str, dict[str, Any]]:
    """What the file has: `parameters`, `requests`, `answers` and `shared`.

    `requests` and `answers` are by operation (`POST /v1/incidents`; `*` is each command), `shared`
    by status. An answer of the operation counts before a shared one.
    """
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def add_examples(schema: dict[str, Any]) -> None:
    """Put the examples into an OpenAPI document."""
    known = known_examples()
    shared = {_shared(status): {"value": value} for status, value in known["shared"].items()}
    schema.setdefault("components", {})["examples"] = shared
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            _explain(operation, f"{method.upper()} {path}", known)


def _explain(operation: dict[str, Any], name: str, known: dict[str, dict[str, Any]]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and parameter["name"] in known["parameters"]:
            parameter["example"] = known["parameters"][parameter["name"]]
    asked = known["requests"].get(name)
    if asked is not None:
        _show(operation.get("requestBody", {}), {"value": asked})
    every = f"{name.rpartition('/')[0]}/*"
    own = {**known["answers"].get(every, {}), **known["answers"].get(name, {})}
    for status, answer in operation["responses"].items():
        if status in own:
            _show(answer, {"value": own[status]})
        elif status in known["shared"]:
            _show(answer, {"$ref": SHARED_AT.format(name=_shared(status))})


def _show(shown: dict[str, Any], example: dict[str, Any]) -> None:
    for content in shown.get("content", {}).values():
        content["examples"] = {NAME: example}


def _shared(status: str) -> str:
    return f"answer_{status}"
