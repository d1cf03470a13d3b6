"""`dev`: the embedded stack, up until Ctrl-C, for real use on one machine."""

import asyncio
import signal

import typer

from console.output import say
from console.running import perform_alone
from runtime.embedded import EmbeddedServerFailed
from runtime.settings import load_settings
from runtime.stack import Stack, StackFailed


app = typer.Typer()


@app.command()
def dev() -> None:
    """Run the embedded stack until Ctrl-C: Temporal server with its UI, worker, intake."""
    raise typer.Exit(perform_alone(_dev))


async def _dev() -> int:
    """Start the stack, say where everything is, and stop it in order on SIGINT or SIGTERM."""
    settings = load_settings()
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
