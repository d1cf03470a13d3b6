"""The intake's HTTP application."""

import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

from fastapi import Depends, FastAPI, Request
from pydantic import SecretStr
from temporalio.client import Client

from connectors.calendars.directory import FeedDirectory
from intake.alerts import AlertIntake
from intake.errors import Refused, install
from intake.health import Health
from intake.incidents import IncidentIntake
from intake.policy import PolicyInForce

SCHEME = "bearer"
"""In any case, as HTTP has it."""


def authenticated(token: SecretStr | None) -> Callable[[Request], Awaitable[None]]:
    """A check that the sender knows the token, where there is one."""
    expected = token.get_secret_value().encode() if token else None

    async def check(request: Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if expected is None:
            return
        knows = secrets.compare_digest(given.strip().encode(), expected)
        if knows and scheme.lower() == SCHEME:
            return
        raise Refused(
            HTTPStatus.UNAUTHORIZED,
            "NotAuthenticated",
            "send the header Authorization: Bearer TOKEN with the intake's token",
            headers={"WWW-Authenticate": "Bearer"},
        )

    return check


def create_app(
    client: Client,
    *,
    policy_file: Path,
    task_queue: str,
    token: SecretStr | None = None,
    feeds: FeedDirectory | None = None,
) -> FastAPI:
    """The application; `client` may still be unconnected. Without `token` everybody may post."""
    app = FastAPI(title="Incident intake", version="1", docs_url=None, redoc_url=None)
    install(app)
    policy = PolicyInForce(policy_file)
    guarded = [Depends(authenticated(token))]
    app.include_router(Health(client, policy).router())
    app.include_router(AlertIntake(client, policy, task_queue).router(), dependencies=guarded)
    reports = IncidentIntake(client, policy, task_queue, feeds)
    app.include_router(reports.router(), dependencies=guarded)
    return app
