"""`dev`: the embedded stack, up until Ctrl-C, for real use on one machine."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from console.output import say
from console.running import perform_alone
from runtime.embedded import EmbeddedServerFailed
from runtime.settings import Settings, load_settings
from runtime.stack import Stack, StackFailed

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
    stack = Stack(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await stack.start()
        say(*stack.lines())
        say(
            f"policy   {settings.policy_file}",
            f"In another terminal: export TEMPORAL_ADDRESS={stack.server.address}",
            "Ctrl-C stops it; its state stays and is there again next time.",
        )
        return await _watch(stack, stop)
    except (StackFailed, EmbeddedServerFailed) as error:
        say(f"The stack did not come up: {error}")
        return 1
    finally:
        stack.stop()


async def _watch(stack: Stack, stop: asyncio.Event) -> int:
    """Wait; say so when a component dies, and which."""
    while not stop.is_set():
        if not stack.running:
            say(*stack.lines())
            return 1
        try:
            async with asyncio.timeout(1):
                await stop.wait()
        except TimeoutError:
            continue
    return 0
