"""The HTTP application."""

import secrets
from collections.abc import Awaitable, Callable, Iterable
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from fastapi import Depends, FastAPI, Request
from pydantic import SecretStr
from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from web.alerts.delivering import Deliveries
from web.alerts.formats.table import FORMATS
from web.api.reports import Reported, Reports
from web.health.endpoints import Health
from web.health.probe import Probe
from web.http.endpoints import OPENAPI, describe
from web.http.errors import Refused, install
from web.http.hosts import KnownHosts
from web.policy import PolicyInForce

SCHEME = "bearer"
"""HTTP compares the scheme without regard to case."""


def _digest(token: str) -> bytes:
    """A digest to compare instead of the token: all are equally long, so timing reveals nothing."""
    return sha256(token.strip().encode()).digest()


def authenticated(token: SecretStr | None) -> Callable[[Request], Awaitable[None]]:
    """A check that the sender knows the token; it checks nothing if no token is set."""
    expected = _digest(token.get_secret_value()) if token else None

    async def check(request: Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if expected is None:
            return
        knows = secrets.compare_digest(_digest(given), expected)
        if knows and scheme.lower() == SCHEME:
            return
        raise Refused(
            HTTPStatus.UNAUTHORIZED,
            "NotAuthenticated",
            "send the header Authorization: Bearer TOKEN with the intake token",
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
    names: Iterable[str] = (),
    probe: Probe | None = None,
) -> FastAPI:
    """Build the application; `client` may still be unconnected.

    Without `token` everybody may post. The server answers to `names`, localhost and IP addresses.
    """
    app = FastAPI(
        title="Incident engine",
        version="1",
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        # A redirect names http://, so a sender would send its token again without TLS.
        redirect_slashes=False,
    )
    install(app)
    describe(app, *(each.body for each in FORMATS.values()), Reported)
    app.add_middleware(KnownHosts, names=names)
    policy = PolicyInForce(policy_file)
    guarded = [Depends(authenticated(token))]
    app.include_router(Health(policy, probe or Probe(client, task_queue)).router())
    app.include_router(Deliveries(client, policy, task_queue).router(), dependencies=guarded)
    reports = Reports(client, policy, task_queue, feeds)
    app.include_router(reports.router(), dependencies=guarded)
    return app
