"""Whether the intake lives, and whether what it needs is there."""

import os
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from temporalio.client import Client

from intake.policy import PolicyInForce
from intake.reaching import reaching_temporal

PROBE_TIMEOUT = timedelta(seconds=2)


class Health:
    """Answers those who watch the intake."""

    def __init__(self, client: Client, policy: PolicyInForce) -> None:
        self._client = client
        self._policy = policy

    async def alive(self) -> dict[str, Any]:
        """The process answers, and says which one it is."""
        return {"status": "ok", "pid": os.getpid()}

    async def ready(self) -> dict[str, Any]:
        """What comes in can be handed on: the policy can be used, Temporal answers."""
        self._policy.rules()
        async with reaching_temporal(PROBE_TIMEOUT):
            await self._client.service_client.check_health(timeout=PROBE_TIMEOUT)
        return {"status": "ready"}

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["health"])
        router.add_api_route("/healthz", self.alive, methods=["GET"])
        router.add_api_route("/readyz", self.ready, methods=["GET"])
        return router
