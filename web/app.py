"""The HTTP application."""

from collections.abc import Iterable
from pathlib import Path

from fastapi import Depends, FastAPI
from pydantic import SecretStr
from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from incidents.access.reading import TokenBook
from models.base import build_models
from web.alerts.delivering import Deliveries
from web.alerts.formats.table import FORMATS
from web.api.commanding import BODIES, CommandApi, Commanding
from web.api.reading import Reading
from web.api.reports import Reported, Reports
from web.health.endpoints import Health
from web.health.probe import Probe
from web.http.endpoints import OPENAPI, describe
from web.http.errors import install
from web.http.hosts import KnownHosts
from web.identity.bearer import BearerTokens
from web.identity.identified import Identified
from web.identity.limits import FailedAttempts
from web.policy import PolicyInForce


def create_app(
    client: Client,
    *,
    policy_file: Path,
    task_queue: str,
    documents: Path,
    token: SecretStr | None = None,
    feeds: FeedDirectory | None = None,
    names: Iterable[str] = (),
    probe: Probe | None = None,
) -> FastAPI:
    """Build the application; `client` may still be unconnected.

    Without `token` everybody may post. The server answers to `names`, localhost and IP addresses.
    """
    build_models()
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
    describe(app, *(each.body for each in FORMATS.values()), Reported, *BODIES.values())
    app.add_middleware(KnownHosts, names=names)
    policy = PolicyInForce(policy_file)
    tokens = BearerTokens(TokenBook(client), token)
    guarded = [Depends(Identified(tokens.asker, FailedAttempts()))]
    app.include_router(Health(policy, probe or Probe(client, task_queue)).router())
    app.include_router(Deliveries(client, policy, task_queue).router(), dependencies=guarded)
    reports = Reports(client, policy, task_queue, feeds)
    app.include_router(reports.router(), dependencies=guarded)
    reading = Reading(client, documents)
    app.include_router(reading.router(), dependencies=guarded)
    commands = CommandApi(Commanding(client, task_queue))
    app.include_router(commands.router(), dependencies=guarded)
    return app
