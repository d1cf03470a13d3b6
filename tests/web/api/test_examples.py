"""The description of the API has examples, and the server does what they say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from jsonschema import Draft202012Validator
from temporalio.client import Client

from tests.scenarios.siren import Siren
from tests.web.api.played_examples import COMMAND, playing
from web.app import create_app
from web.http.examples import known_examples

Contents = Iterator[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The OpenAPI document."""
    nobody = cast("Client", None)  # nothing is asked of it
    app = create_app(
        nobody,
        policy_file=Path("policies/default.yaml"),
        documents=Path(),
        task_queue="none",
    )
    return app.openapi()


def contents(described: dict[str, Any]) -> Contents:
    """Every body that the document describes, with its place."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            name = f"{method.upper()} {path}"
            parts = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for part, said in parts.items():
                for kind, content in said.get("content", {}).items():
                    yield f"{name} {part} {kind}", content


def test_every_body_of_every_operation_has_an_example(described: dict[str, Any]) -> None:
    """What is asked, each success, and each refusal."""
    assert [place for place, content in contents(described) if not content.get("examples")] == []


def test_every_example_is_as_its_schema_says(described: dict[str, Any]) -> None:
    """Somebody who copies an example must not be refused, and who parses one must not fail."""
    wrong = []
    for place, content in contents(described):
        for example in content["examples"].values():
            name = example.get("$ref", "").rpartition("/")[2]
            value = described["components"]["examples"][name] if name else example
            schema = {**content["schema"], "components": described["components"]}
            errors = Draft202012Validator(schema).iter_errors(value["value"])
            wrong += [f"{place}: {error.json_path} {error.message[:200]}" for error in errors]
    assert wrong == []


def test_no_example_is_of_an_operation_that_is_not_there(described: dict[str, Any]) -> None:
    """The file has nothing that the document does not show."""
    there = {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }
    known = known_examples()
    assert {*known["requests"], *known["answers"]} - {*there, f"{COMMAND}*"} == set()
    for name, answers in known["answers"].items():
        assert set(answers) <= set(there.get(name, there[f"{COMMAND}hold"])["responses"]), name


async def test_every_example_does_what_its_answer_says(siren: Siren) -> None:
    """Played on a real server, commands come to the state and the line that the examples show."""
    async with playing(siren) as play:
        played = await play.all()
    known = known_examples()["answers"]
    for name, answers in played.items():
        if not name.startswith(COMMAND):
            continue
        for status, answer in answers.items():
            shown = known[name][status]
            for member in ("state", "severity", "on_hold", "error"):
                assert answer.get(member) == shown.get(member), f"{name} {status}"
            words = "summary" if status == "200" else "message"
            assert wordy(answer[words]) == wordy(shown[words]), name


def wordy(text: str) -> str:
    """A text without its seconds, which differ between machines."""
    return "".join(letter for letter in text if not letter.isdigit())


async def test_the_description_is_made_once_and_sent_once(http: httpx2.AsyncClient) -> None:
    """It takes a second to make and has half a megabyte; who has it gets 304."""
    first, again = await http.get("/openapi.json"), await http.get("/openapi.json")
    assert first.content == again.content
    known = {"If-None-Match": first.headers["ETag"]}
    had = await http.get("/openapi.json", headers=known)
    assert (had.status_code, had.content) == (304, b"")
