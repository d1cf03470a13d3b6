"""Whether the intake lives, and whether what it needs is there."""

import os
from http import HTTPStatus

from fastapi import APIRouter

from intake.endpoints import answers
from intake.policy import PolicyInForce
from intake.probe import Probe
from models.base import Frozen


class Alive(Frozen):
    """The process that answers."""

    status: str = "ok"
    pid: int


class Ready(Frozen):
    """What comes in can be handed on."""

    status: str = "ready"


class Health:
    """Answers those who watch the intake."""

    def __init__(self, policy: PolicyInForce, probe: Probe) -> None:
        self._policy = policy
        self._probe = probe

    async def alive(self) -> Alive:
        """The process answers, and says which one it is."""
        return Alive(pid=os.getpid())

    async def ready(self) -> Ready:
        """What comes in can be handed on: the policy can be used, Temporal stores it."""
        self._policy.rules()
        await self._probe.tried()
        return Ready()

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["health"])
        router.add_api_route(
            "/healthz",
            self.alive,
            methods=["GET"],
            status_code=HTTPStatus.OK,
            summary="does the process live",
            responses=answers(ok_200=(Alive, "it lives")),
        )
        router.add_api_route(
            "/readyz",
            self.ready,
            methods=["GET"],
            status_code=HTTPStatus.OK,
            summary="can it hand on what comes in",
            responses=answers(ok_200=(Ready, "it can")),
        )
        return router
