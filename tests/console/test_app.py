"""The console as a whole: its imports and its completion."""

import asyncio
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from console.app import LATE
from console.incidents.completion import complete_incident, harmless
from tests.console.conftest import Type, TypeAt
from tests.fakes.hostile import HOSTILE
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
HEAVY = ("fastapi", "uvicorn", "temporalio.worker", "ruamel", "obstore")


@pytest.mark.parametrize("name", sorted(LATE))
def test_commands_that_are_imported_late_explain_themselves(type_: Type, name: str) -> None:
    """Each command's help appears once somebody asks for it."""
    said = type_(name, "--help")
    assert said.code == 0
    assert "Usage" in said.out


def test_acknowledge_imports_nothing_that_it_does_not_need() -> None:
    """Only the commands that use server, worker and policy files import them."""
    code = f"import sys, console.main; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_shell_completes_commands_after_its_script_is_loaded() -> None:
    """The script for bash defines `incident`, whose commands complete with Tab."""
    typed = (
        f'eval "$({shlex.quote(sys.executable)} starter.py completion bash)"; '
        "cd /; COMP_WORDS=(incident ackn); COMP_CWORD=1; _incident_completion; "
        'echo "${COMPREPLY[@]}"; incident completion tcsh; echo $?'
    )
    done = subprocess.run(
        ["bash", "-c", typed], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["acknowledge", "2"]


async def test_incident_ids_complete(at_console: TypeAt, incident: str) -> None:
    """The first letters complete an open incident's id, in any case."""
    assert (await at_console("acknowledge", incident)).code == 0
    found = await complete(incident[:-3].lower())
    assert incident in found


@pytest.mark.parametrize(
    "title",
    ["\\$(touch pwned)", "\\`touch pwned\\`", "';touch pwned;'", '"$(touch pwned)"', HOSTILE],
)
def test_a_completion_carries_no_text_that_a_shell_would_run(title: str) -> None:
    """zsh evaluates the text beside a completion, and any sender can write an alert's title."""
    shown = harmless(title)
    assert not set(shown) & set("\\$`'\";&|<>(){}[]*?!#~\n")
    assert harmless("SEV1 reported Checkout fails: 42% in eu-west-1") == (
        "SEV1 reported Checkout fails 42% in eu-west-1"
    )


def test_completion_is_silent_if_no_server_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A completing shell has no place to show an error."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    assert complete_incident("INC") == []


async def complete(begun: str) -> set[str]:
    """What the shell would offer, once visibility has caught up."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = {name for name, _ in await asyncio.to_thread(complete_incident, begun)}
            if found:
                return found
            await asyncio.sleep(0.02)


def test_policy_check_answers_in_json_too(type_: Type) -> None:
    """A command that is imported late follows the rules of all others."""
    said = type_("policy", "check", str(ROOT / "policies" / "default.yaml"), "--json")
    assert said.code == 0
    assert json.loads(said.out)["errors"] == 0
    assert type_("policy", "check").code == 2
