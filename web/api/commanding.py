"""POST /v1/incidents/ID/commands/NAME: gives an incident a command."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, Request, params
from fastapi.responses import Response
from pydantic import BaseModel, Field, ValidationError, create_model
from temporalio.client import Client

from incidents.command_ids import new_command_id
from incidents.commands import Order, give
from incidents.errors import CommandRefused, IncidentError, IncidentOver, NotConfirmed
from models.access import Scope
from models.base import Actor, Frozen
from models.command import COMMANDS, CommandResult, CommandSpec
from models.payload import Command
from models.proof import Proof
from models.way_in import WayIn
from policies.compiling.responsibility import trust
from rules.people.permission.trust import proofs_asked
from web.api.refusing import of_command, of_incident, reaching_incidents
from web.http.body import read_body
from web.http.endpoints import answers, takes
from web.http.errors import PROBLEM_BOUND, Answer, Refused, malformed
from web.http.keys import IDEMPOTENCY, idempotency_key, key_of
from web.identity.asker import Asker, asker_of
from web.policy import PolicyInForce

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=4)
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=20)
"""The connection waits for an answer a little longer."""
SERVER = timedelta(seconds=5)
"""What the server may take beyond the wait for a worker."""
_HOW = frozenset({"actor", "via", "proof", "command_id", "sent_at"})
"""Fields of a command that the API fills in."""
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])")
PREFER = {
    "name": "Prefer",
    "required": False,
    "description": "wait=SECONDS: how long to wait for a worker; then the answer is 202",
    "schema": {"type": "string", "examples": ["wait=10"]},
}


CLAIM = (
    "a command needs to know who gives it, and the intake token does not say: use the token of a "
    "person or tool, which python starter.py tokens create makes"
)


class Done(CommandResult):
    """What the command did. The same `command_id` again returns the same result."""

    incident: str
    command_id: str


class Sent(Frozen):
    """Temporal has the command, and no worker has answered yet: it is done once one runs."""

    incident: str
    command_id: str
    command: str
    message: str


def body_of(spec: CommandSpec) -> type[BaseModel]:
    """The form of a command's body: its own fields, and what every command may say."""
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in spec.payload.model_fields.items()
        if name not in _HOW
    }
    actor = Field(default=None, max_length=200, description="who acts, if no credential says so")
    name = f"{spec.name.title().replace('_', '')}Body"
    return create_model(name, __base__=Frozen, actor=(str | None, actor), **fields)


BODIES = {spec.name: body_of(spec) for spec in COMMANDS.values() if not spec.internal}


def patience_of(request: Request) -> timedelta:
    """How long to wait for a worker, as the header Prefer asks: from one to twenty seconds.

    A shorter wait might end before Temporal has the command.
    """
    asked = _WAIT.search(request.headers.get("Prefer", "")[:200])
    if asked is None:
        return PATIENCE
    return max(SHORTEST_WAIT, min(timedelta(seconds=int(asked[1])), LONGEST_WAIT))


def command_of(spec: CommandSpec, said: BaseModel, actor: Actor, command_id: str) -> Command:
    """The command that the body gives. Raises Refused (422)."""
    own = {name: getattr(said, name) for name in said.model_fields_set if name not in _HOW}
    payload = {
        **own,
        "actor": actor.name,
        "via": actor.via,
        "proof": actor.proof,
        "command_id": command_id,
        "sent_at": datetime.now(UTC),
    }
    try:
        command: Command = spec.payload.model_validate(payload)
    except ValidationError as error:
        raise malformed(error, spec.payload.model_fields) from None
    return command


class Commanding:
    """Gives commands to incidents, for the API and for pages.

    Beyond this machine, where the server is not `local`, a claim gives no command, unless the
    policy in force says that a claim counts for it.
    """

    def __init__(
        self, client: Client, policy: PolicyInForce, task_queue: str, *, local: bool = True
    ) -> None:
        self.client = client
        self.policy = policy
        self.task_queue = task_queue
        self._local = local

    def may(self, asker: Asker, command: str) -> None:
        """Raises Refused (403) if this way in takes no such command from who asks."""
        asker.may(Scope.COMMAND)
        claims = asker.proof is Proof.CLAIMED
        if claims and not self._local and not self._takes_claims(command):
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", CLAIM)

    def _takes_claims(self, command: str) -> bool:
        counts = proofs_asked(trust(self.policy.in_force().policy), command)
        return counts is not None and Proof.CLAIMED in counts

    async def give(self, incident: str, name: str, command: Command, within: timedelta) -> Done:
        """Give a command. Raises Refused, and NotConfirmed if no worker answered in time."""
        order = Order(
            incident_id=incident,
            name=name,
            payload=command.model_dump(mode="json"),
            command_id=command.command_id or new_command_id(),
        )

        def known(error: IncidentError) -> Refused | None:
            if isinstance(error, CommandRefused):
                return of_command(error, incident)
            return of_incident(error)

        try:
            async with reaching_incidents(within + SERVER, known):
                result = await self._given(order, within)
        except Refused as refused:
            self._log(order, command, refused.kind, error=str(refused)[:PROBLEM_BOUND])
            refused.logged = True
            raise
        self._log(order, command, "done")
        return Done(incident=incident, command_id=order.command_id, **dict(result))

    async def _given(self, order: Order, within: timedelta) -> CommandResult:
        try:
            return await give(self.client, order, self.task_queue, patience=within)
        except IncidentOver as over:
            if over.done:
                return over.done
            raise

    def _log(self, order: Order, command: Command, outcome: str, **why: str) -> None:
        log.info(
            "command.given",
            incident=order.incident_id,
            command=order.name,
            actor=command.actor,
            proof=command.proof.value,
            command_id=order.command_id,
            outcome=outcome,
            **why,
        )


class CommandApi:
    """The commands of the table, one route each."""

    def __init__(self, commanding: Commanding) -> None:
        self._commanding = commanding

    async def take(self, spec: CommandSpec, request: Request, incident: str) -> Response:
        """Give a command to an incident."""
        asker = asker_of(request)
        self._commanding.may(asker, spec.name)
        key = idempotency_key(request) or new_command_id()
        said = await read_body(request, BODIES[spec.name])
        actor = _actor(asker, said)
        command = command_of(spec, said, actor, key_of(asker.owner, key))
        try:
            done = await self._commanding.give(incident, spec.name, command, patience_of(request))
        except NotConfirmed:
            return _sent(incident, spec.name, key)
        return Answer(done.model_dump(mode="json") | {"command_id": key})

    def router(self, *guards: params.Depends) -> APIRouter:
        """The routes, each behind `guards`."""
        router = APIRouter(tags=["commands"], dependencies=guards)
        for spec in COMMANDS.values():
            if spec.internal:
                continue
            router.add_api_route(
                f"/v1/incidents/{{incident}}/commands/{spec.name}",
                partial(self.take, spec),
                name=spec.name,
                methods=["POST"],
                summary=spec.says,
                response_model=None,
                responses=answers(
                    *(401, 403, 404, 409, 413, 415, 422),
                    ok_200=(Done, "the incident did it"),
                    ok_202=(Sent, "Temporal has it; a worker will do it"),
                ),
                openapi_extra=takes(BODIES[spec.name], IDEMPOTENCY, PREFER),
            )
        return router


def _actor(asker: Asker, said: BaseModel) -> Actor:
    claimed = getattr(said, "actor", None)
    return asker.actor(claimed.strip() if claimed else None, WayIn.API)


def _sent(incident: str, name: str, command_id: str) -> Response:
    message = "no worker has answered yet; the command is done once a worker runs"
    sent = Sent(incident=incident, command_id=command_id, command=name, message=message)
    return Answer(
        sent.model_dump(mode="json"),
        status_code=HTTPStatus.ACCEPTED,
        headers={"Location": f"/v1/incidents/{incident}", "Retry-After": "2"},
    )
