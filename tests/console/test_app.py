"""The console as a whole: its imports and its completion."""

import asyncio
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from console.app import LATE
from console.terminal.completion import complete_incident, harmless
from tests.console.conftest import Type, TypeAt
from tests.fakes.hostile import HOSTILE
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
HEAVY = (
    "fastapi",
    "uvicorn",
    "temporalio",
    "httpx2",
    "aiosmtplib",
    "structlog",
    "ruamel",
    "obstore",
)


@pytest.mark.parametrize("name", sorted(LATE))
def test_a_command_says_of_itself_what_the_help_says_of_it(name: str) -> None:
    """The help has one line for each command, and imports none of them."""
    own = LATE[name].loaded(name).help.partition("\n\n")[0]
    assert " ".join(own.split()) == LATE[name].says


def test_a_misspelt_command_is_told_what_was_meant(type_: Type) -> None:
    """Commands that are not imported yet are among the suggestions."""
    said = type_("rehears")
    assert said.code == 2
    assert "rehearse" in said.err


INCIDENTS = ("temporalio.worker", "httpx2", "ruamel", "structlog")


@pytest.mark.parametrize(
    "loaded",
    [
        {
            "console.main": HEAVY,
            "console.policies.command": ("temporalio", "httpx2", "fastapi", "jinja2"),
        },
        {
            "console.incidents.commands": INCIDENTS,
            "console.incidents.show": INCIDENTS,
            "console.incidents.list": INCIDENTS,
        },
    ],
    ids=["policies", "incidents"],
)
def test_no_command_waits_for_what_it_does_not_need(loaded: dict[str, tuple[str, ...]]) -> None:
    """Each command imports what it uses when somebody types it, and nothing else."""
    code = (
        "import importlib, sys\n"
        f"for name, heavy in {loaded!r}.items():\n"
        "    importlib.import_module(name)\n"
        "    print(name, [each for each in heavy if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [f"{name} []" for name in loaded]


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
