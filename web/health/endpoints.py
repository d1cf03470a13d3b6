"""Whether the web server is alive, and whether what it needs is available."""

import os
from http import HTTPStatus

from fastapi import APIRouter

from models.base import Frozen
from web.health.probe import Probe
from web.http.endpoints import answers
from web.policy import PolicyInForce


class Alive(Frozen):
    """The process that answers."""

    status: str = "ok"
    pid: int


class Ready(Frozen):
    """The web server can hand on what arrives."""

    status: str = "ready"


class Health:
    """Answers health checks."""

    def __init__(self, policy: PolicyInForce, probe: Probe) -> None:
        self._policy = policy
        self._probe = probe

    async def alive(self) -> Alive:
        """Answer, and name the process."""
        return Alive(pid=os.getpid())

    async def ready(self) -> Ready:
        """Check that alerts can be handed on: the policy is usable and Temporal stores them."""
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
            summary="is the process alive",
            responses=answers(ok_200=(Alive, "it lives")),
        )
        router.add_api_route(
            "/readyz",
            self.ready,
            methods=["GET"],
            status_code=HTTPStatus.OK,
            summary="can it hand on what arrives",
            responses=answers(ok_200=(Ready, "it can")),
        )
        return router
