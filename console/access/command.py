"""`tokens`: makes, lists and revokes the tokens of the API."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from temporalio.client import Client

from console.access.words import document, listed, made_words
from console.policies.file import read_policy
from console.terminal.arguments import AsJson
from console.terminal.explain_errors import malformed
from console.terminal.failure import usage
from console.terminal.output import Output
from console.terminal.running import actor_name, perform_on_temporal
from console.terminal.times import parse_duration, within_reach
from incidents.access.changing import make_token, revoke_token
from incidents.access.reading import read_tokens
from incidents.patience import WORKER
from models.access import Holder, Standing
from rules.access.tokens import owner_flaw, standing
from runtime.settings import load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True)

By = Annotated[
    str | None, typer.Option("--actor", help="who does it; default: INCIDENT_ACTOR or the login")
]


@app.callback()
def tokens() -> None:
    """Make, list and revoke the tokens with which people and tools use the API."""


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="what to call it, such as laptop")],
    owner: Annotated[
        str, typer.Option("--owner", help="the person of the policy for whom it acts")
    ],
    scopes: Annotated[
        list[str],
        typer.Option(
            "--scope", help="report, read, command, alerts or alerts:SOURCE; once for each"
        ),
    ],
    *,
    tool: Annotated[bool, typer.Option("--tool", help="the owner is a tool, not a person")] = False,
    expires: Annotated[
        str | None,
        typer.Option("--expires", help="how long the token counts, such as 90d; default: for ever"),
    ] = None,
    actor: By = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print its secret. Nobody can show the secret again."""
    by, ends, whom = actor_name(actor), _end(expires), _owner(owner, tool=tool)

    async def make(client: Client) -> None:
        made = await make_token(
            client,
            load_settings().task_queue,
            name=name,
            owner=whom,
            holder=Holder.TOOL if tool else Holder.PERSON,
            scopes=tuple(scopes),
            by=by,
            expires_at=ends,
        )
        said = {**document(made.token, datetime.now(UTC)), "secret": made.secret}
        Output.of(context, as_json=as_json).answer(said, made_words(made))

    _perform(make)


@app.command("list")
def list_tokens(
    context: typer.Context,
    *,
    every: Annotated[bool, typer.Option("--all", help="also tokens that have ended")] = False,
    as_json: AsJson = False,
) -> None:
    """List the tokens that count, oldest first. Works without a worker."""

    async def show(client: Client) -> None:
        now = datetime.now(UTC)
        known = await read_tokens(client, WORKER)
        shown = [token for token in known if every or standing(token, now) is Standing.VALID]
        said = {"tokens": [document(token, now) for token in shown]}
        Output.of(context, as_json=as_json).answer(said, listed(shown, now))

    _perform(show)


@app.command()
def revoke(
    context: typer.Context,
    token: Annotated[str, typer.Argument(metavar="NAME", help="its name or its id")],
    *,
    actor: By = None,
    as_json: AsJson = False,
) -> None:
    """End a token. After two seconds it no longer works."""
    by = actor_name(actor)

    async def end(client: Client) -> None:
        ended = await revoke_token(client, load_settings().task_queue, token, by)
        now = datetime.now(UTC)
        said = document(ended, now)
        human = f"token {ended.name} of {ended.owner} is {said['standing']}"
        Output.of(context, as_json=as_json).answer(said, human)

    _perform(end)


def _owner(owner: str, *, tool: bool) -> str:
    """The owner, if somebody can be it. Raises `Failure` (usage)."""
    if flaw := owner_flaw(owner, _people(), tool=tool):
        raise usage(f"--owner: {flaw}")
    return owner


def _people() -> tuple[str, ...]:
    """The people of the policy in force; none if it cannot be used, as on an unconfigured host."""
    from policies.catalogue import PolicyBroken  # noqa: PLC0415 - slow to load

    try:
        return tuple(read_policy(load_settings().policy_file).policy.people)
    except PolicyBroken:
        return ()


def _perform(work: Any) -> None:
    """Do the work; a field that no token can have is wrong usage."""
    try:
        perform_on_temporal(work)
    except ValidationError as error:
        raise malformed(error) from None


def _end(expires: str | None) -> datetime | None:
    """When the token ends. Raises `Failure` (usage)."""
    if expires is None:
        return None
    try:
        return within_reach(datetime.now(UTC) + parse_duration(expires), expires)
    except OverflowError:
        message = f"--expires: {expires!r} lies outside the calendar"
        raise usage(message) from None
