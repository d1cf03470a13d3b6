"""`setup`: prepares a namespace for the engine."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import typer
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from console.terminal.arguments import AsJson
from console.terminal.failure import ExitCode, Failure
from console.terminal.output import Output
from console.terminal.running import perform_on_temporal
from models.incident.search_attributes import SEARCH_ATTRIBUTES
from policies.catalogue import policy_in_force
from policies.compiling.policy import compile_policy
from runtime.search_attributes import missing, mistyped, register, retention
from runtime.settings import load_settings

_NOT_OURS_TO_DO = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED}
"""In Temporal Cloud, and in clusters with authorisation, only administrators may do this."""

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class Fitness:
    """What was added to a namespace, and its retention compared with the policy's."""

    namespace: str
    registered: tuple[str, ...]
    retention_days: float
    policy_retention_days: float

    def sentence(self) -> str:
        """The result for people, with what they may want to change."""
        got = f"registered {', '.join(self.registered)}" if self.registered else "nothing to add"
        said = f"namespace {self.namespace}: search attributes: {got}"
        if self.retention_days >= self.policy_retention_days:
            return said
        return (
            f"{said}\nIt keeps histories for {self.retention_days:g} days; the policy asks for "
            f"{self.policy_retention_days:g}. docs/operations.md says how to change that."
        )


@app.command()
def setup(context: typer.Context, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag
    """Register what the engine needs in the Temporal namespace: its search attributes."""
    fitness = perform_on_temporal(_fit)
    Output.of(context, as_json=as_json).answer(asdict(fitness), fitness.sentence())


async def _fit(client: Client) -> Fitness:
    added = await _registered(client)
    wrong = await mistyped(client)
    if wrong:
        kinds = {a.name: a.kind for a in SEARCH_ATTRIBUTES}
        message = f"namespace {client.namespace} has search attributes of the wrong type: "
        message += ", ".join(f"{name} must be {kinds[name]}" for name in wrong)
        hint = "remove them there, or use another namespace"
        raise Failure("Unfit", message, ExitCode.UNEXPECTED, missing=wrong, hints=(hint,))
    loaded = policy_in_force(load_settings().policy_file, datetime.now(UTC))
    wanted = compile_policy(loaded.policy, loaded.policy_hash).retention
    kept = await retention(client)
    return Fitness(client.namespace, added, _days(kept), _days(wanted))


async def _registered(client: Client) -> tuple[str, ...]:
    try:
        return await register(client)
    except RPCError as error:
        if error.status not in _NOT_OURS_TO_DO:
            raise
        names = await missing(client)
        message = f"this login may not register search attributes in namespace {client.namespace}"
        raise Failure(
            "NotAuthorised",
            message,
            ExitCode.NOT_AUTHORISED,
            missing=names,
            hints=("ask an administrator to do it: docs/operations.md has the commands",),
        ) from None


def _days(duration: timedelta) -> float:
    return duration / timedelta(days=1)
