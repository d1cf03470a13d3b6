"""`dev`: the embedded stack, up until Ctrl-C, for real use on one machine."""

import asyncio
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.output import say
from console.running import perform_alone
from policies.catalogue import PolicyBroken, policy_in_force
from runtime.embedded import PORT, EmbeddedServerFailed
from runtime.settings import Settings, load_settings, server_asked_for
from runtime.stack import Stack, StackFailed

WATCH_SECONDS = 1.0
LOOPBACK = frozenset({"localhost", "127.0.0.1"})
"""Hosts at which the server of the stack can be asked to listen."""

app = typer.Typer()


@app.command()
def dev(
    state: Annotated[
        Path | None, typer.Option(help="Where the state is kept: database, documents, logs.")
    ] = None,
) -> None:
    """Run the embedded stack until Ctrl-C: Temporal server with its UI, worker, intake."""
    settings = load_settings()
    if state:
        kept = {"state_directory": state.absolute(), "documents": None}
        settings = settings.model_copy(update=kept)
    raise typer.Exit(perform_alone(lambda: _dev(settings)))


async def _dev(settings: Settings) -> int:
    """Start the stack, say where everything is, and stop it in order on SIGINT or SIGTERM."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel if task else loop.stop)
    address = server_asked_for()
    port = port_on_loopback(address)
    stack = Stack(settings, server_port=port or PORT)
    try:
        if address and port is None:
            say(f"TEMPORAL_ADDRESS={address} is not used: this stack has a server of its own")
        say("Starting the Temporal server, a worker and the intake ...")
        await stack.start()
        _welcome(stack)
        return await _until_the_server_ends(stack)
    except (StackFailed, EmbeddedServerFailed) as error:
        say(f"The stack did not come up: {error}")
        return 1
    except asyncio.CancelledError:
        say("Stopping ...")
        return 0
    finally:
        with suppress(asyncio.CancelledError):
            await asyncio.to_thread(stack.stop)


def port_on_loopback(address: str) -> int | None:
    """The port of an address `host:port` of this machine; None for any other."""
    host, _, port = address.rpartition(":")
    ours = host in LOOPBACK and port.isdecimal() and 0 < int(port) < 1 << 16
    return int(port) if ours else None


def _welcome(stack: Stack) -> None:
    say(
        *stack.lines(),
        *_policy(stack.settings.policy_file),
        f"In another terminal: export TEMPORAL_ADDRESS={stack.server.address}",
        "Ctrl-C stops it; its state stays and is there again next time.",
    )


def _policy(file: Path) -> tuple[str, ...]:
    try:
        policy_in_force(file, datetime.now(UTC))
    except PolicyBroken as error:
        return (
            f"policy   {file} CANNOT BE USED: open incidents go on, none begins until it is mended",
            *f"{error}".splitlines(),
        )
    return (f"policy   {file}",)


async def _until_the_server_ends(stack: Stack) -> int:
    """Worker and intake are started again when they die; without its server nothing goes on."""
    while stack.server.running:
        say(*stack.restart_dead())
        for name in await stack.up_again():
            say(f"The {name} is up again.", *stack.lines())
        await asyncio.sleep(WATCH_SECONDS)
    say("The server has ended; stopping the others.", *stack.lines())
    return 1
