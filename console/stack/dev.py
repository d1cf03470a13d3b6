"""`dev`: runs the embedded stack until Ctrl-C, for real use on one machine."""

import asyncio
import json
import shlex
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.stack.demonstration.play import ALERT
from console.stack.new_pages import FILE as MESSAGES
from console.stack.new_pages import NewPages, environment_of
from console.terminal.output import say
from console.terminal.running import perform_alone
from models.addresses import is_loopback
from policies.catalogue import PolicyBroken, policy_in_force
from runtime.embedded.intake_token import FILE
from runtime.embedded.server import PORT, EmbeddedServerFailed
from runtime.embedded.stack import Stack, StackFailed
from runtime.settings import Settings, load_settings, server_asked_for

WATCH_SECONDS = 1.0
app = typer.Typer()


@app.command()
def dev(
    state: Annotated[
        Path | None, typer.Option(help="The folder for the state: database, documents, logs.")
    ] = None,
) -> None:
    """Run the embedded stack until Ctrl-C: Temporal server with its UI, worker, web server."""
    settings = load_settings()
    if state:
        settings = settings.changed(state_directory=state.absolute(), documents=None)
    raise typer.Exit(perform_alone(lambda: _dev(settings)))


async def _dev(settings: Settings) -> int:
    """Start the stack, print its addresses, and stop it in order on SIGINT or SIGTERM."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel if task else loop.stop)
    address = server_asked_for()
    port = port_on_loopback(address)
    pages, environment = messages_of(settings)
    stack = Stack(settings, environment, server_port=port or PORT)
    try:
        if address and port is None:
            say(f"TEMPORAL_ADDRESS={address} is not used: this stack has its own server")
        say("Starting the Temporal server, a worker and the web server ...")
        await stack.start()
        _welcome(stack, shows_pages=pages is not None)
        return await _until_the_server_ends(stack, pages)
    except (StackFailed, EmbeddedServerFailed) as error:
        say(f"The stack did not start: {error}")
        return 1
    except asyncio.CancelledError:
        say("Stopping ...")
        return 0
    finally:
        with suppress(asyncio.CancelledError):
            await asyncio.to_thread(stack.stop)


def messages_of(settings: Settings) -> tuple[NewPages | None, dict[str, str]]:
    """Where pages are read, and the settings that write them there.

    Nowhere if the channel `log` has settings of its own.
    """
    if "log" in settings.channels:
        return None, {}
    file = settings.state_directory / MESSAGES
    return NewPages(file), environment_of(file)


def port_on_loopback(address: str) -> int | None:
    """The port of an address `host:port` on this machine; None for any other address."""
    host, _, port = address.rpartition(":")
    ours = is_loopback(host) and port.isdecimal() and 0 < int(port) < 1 << 16
    return int(port) if ours else None


def _welcome(stack: Stack, *, shows_pages: bool) -> None:
    shown = ("Each page over the channel log appears here, with the link to answer it.",)
    say(
        *stack.lines(),
        *_policy(stack.settings.policy_file),
        *_way_in(stack),
        *_decrypting(stack),
        *(shown if shows_pages else ()),
        f"In another terminal: export TEMPORAL_ADDRESS={stack.server.address}",
        "Ctrl-C stops it; the next start continues with its state.",
    )


def _policy(file: Path) -> tuple[str, ...]:
    try:
        policy_in_force(file, datetime.now(UTC))
    except PolicyBroken as error:
        return (
            f"policy   {file} CANNOT BE USED: open incidents go on, no new one begins",
            *f"{error}".splitlines(),
        )
    return (f"policy   {file}",)


def _way_in(stack: Stack) -> tuple[str, ...]:
    """How to send an alert, and what to configure in Alertmanager."""
    url = f"{stack.web_url}/v1/alerts/alertmanager"
    file = stack.settings.state_directory / FILE
    given = stack.settings.intake_token is not None
    token = "$INCIDENT_INTAKE_TOKEN" if given else f"$(cat {shlex.quote(str(_shown(file)))})"
    kept = "a file that holds INCIDENT_INTAKE_TOKEN" if given else json.dumps(str(file))
    headers = f"-H \"Authorization: Bearer {token}\" -H 'Content-Type: application/json'"
    http = f"{{ authorization: {{ credentials_file: {kept} }} }}"
    return (
        "An alert, to try it:",
        f"  curl {url} {headers} -d @{shlex.quote(str(_shown(ALERT)))}",
        "Alertmanager, under webhook_configs:",
        f"  - {{ url: {json.dumps(url)}, http_config: {http} }}",
    )


def _decrypting(stack: Stack) -> tuple[str, ...]:
    """How the UI shows what is encrypted; nothing if nothing is."""
    if not stack.server.codec:
        return ()
    return (
        "What Temporal stores is encrypted. To read it in the UI, log in at the web server. Then",
        f"click the glasses in the UI, choose your browser setting, enter {stack.server.codec}",
        "and include cross-origin credentials.",
    )


def _shown(file: Path) -> Path:
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


async def _until_the_server_ends(stack: Stack, pages: NewPages | None) -> int:
    """Restart the worker and the web server if they die; end if the server ends."""
    while stack.server.running:
        if pages:
            say(*pages.lines())
        say(*stack.restart_dead())
        for name in await stack.up_again():
            say(f"The {name} is up again.", *stack.lines())
        await asyncio.sleep(WATCH_SECONDS)
    say("The server has ended; stopping the others.", *stack.lines())
    return 1
