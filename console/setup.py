"""`setup`: make a namespace fit for the engine."""

import typer
from temporalio.client import Client

from console.output import say
from console.running import perform
from policies.catalogue import policy_in_force
from policies.compile import compile_policy
from runtime.search_attributes import register, retention
from runtime.settings import load_settings

app = typer.Typer()


@app.command()
def setup() -> None:
    """Register what the engine needs in the Temporal namespace: its search attributes."""
    perform(_setup)


async def _setup(client: Client) -> None:
    settings = load_settings()
    added = await register(client)
    say(
        f"namespace {client.namespace}: "
        + (f"registered {', '.join(added)}" if added else "every search attribute is there")
    )
    loaded = policy_in_force(settings.policy_file)
    wanted = compile_policy(loaded.policy, loaded.policy_hash).retention
    kept = await retention(client)
    if kept < wanted:
        say(
            f"it keeps histories for {kept.days} days, the policy asks {wanted.days}: "
            f"temporal operator namespace update --namespace {client.namespace} "
            f"--retention {wanted.days}d"
        )
