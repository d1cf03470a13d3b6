"""The HTTP application."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, params
from pydantic import SecretStr
from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from connectors.signed_links import LinkKeys
from incidents.access.reading import TokenBook
from models.access import AccessToken
from models.addresses import parts_of
from models.base import build_models
from runtime.openid import OpenId
from web.alerts.delivering import Deliveries
from web.alerts.formats.table import FORMATS
from web.api.commanding import BODIES, CommandApi, Commanding
from web.api.overrides import OverrideBody, OverridesApi, ScheduleOverrides
from web.api.people import PeopleApi
from web.api.policy import PolicyApi
from web.api.reading import Reading
from web.api.reports import Reported, Reports
from web.callbacks.slack.apps import SlackApp
from web.callbacks.slack.dispatcher import Dispatcher
from web.callbacks.slack.endpoint import SlackCallbacks
from web.codec.endpoint import Codec, StoredPayloads, serve_codec
from web.codec.origins import OneOrigin
from web.events.api import EventsApi
from web.events.open_streams import Watching
from web.health.endpoints import Health
from web.health.probe import Probe
from web.http.description import describe
from web.http.errors import install
from web.http.forwarded import Forwarded
from web.http.hosts import KnownHosts
from web.http.served import serve
from web.identity.bearer_tokens import BearerTokens
from web.identity.identified import Identified
from web.identity.limits import FailedAttempts
from web.identity.oidc.connect import connected
from web.identity.rates import Rates, of_alerts
from web.pages.all import Parts, logins_of, pages_of
from web.policy import PolicyInForce


def create_app(
    client: Client,
    *,
    policy_file: Path,
    task_queue: str,
    documents: Path,
    token: SecretStr | None = None,
    feeds: FeedDirectory | None = None,
    keys: LinkKeys | None = None,
    public_url: str | None = None,
    names: Iterable[str] = (),
    proxies: int = 0,
    tokens: Mapping[str, AccessToken] | None = None,
    local: bool = True,
    openid: OpenId | None = None,
    codec: Codec | None = None,
    probe: Probe | None = None,
    slack: Sequence[SlackApp] = (),
) -> FastAPI:
    """Build the application; `client` may still be unconnected.

    `keys` verify the links of pages; without them there are no pages. `public_url` is where people
    reach the server. It answers to the name there, to `names`, localhost and IP addresses, and
    believes `proxies` proxies who asked them. `token` is the intake token, `tokens` are those of
    the settings, `openid` the provider there, `slack` the apps whose requests count. A `local`
    server believes who people say they are.
    """
    app = _bare((*names, *_name_in(public_url)), proxies, codec)
    policy = PolicyInForce(policy_file, documents)
    who, failures, book = connected(openid, policy.rules), FailedAttempts(), TokenBook(client)
    bearer = BearerTokens(book, token, tokens, task_queue=task_queue, local=local, openid=who)
    reading = Reading(client, documents, policy)
    commanding = Commanding(client, policy, task_queue, local=local)
    shared = (reading, commanding, Watching(client, reading))
    more = (ScheduleOverrides(commanding, feeds), Reports(client, policy, task_queue, feeds))
    parts = Parts(client, policy, feeds, bearer, failures, Rates(), *shared, *more)
    _serve_api(app, parts, task_queue, probe)
    _serve_logins(app, parts, keys, public_url, codec)
    _serve_slack(app, parts, slack, public_url)
    return app


def _serve_api(app: FastAPI, parts: Parts, task_queue: str, probe: Probe | None) -> None:
    """Serve what a token opens, and what says whether the web server works."""
    health = Health(parts.policy, probe or Probe(parts.client, task_queue))
    serve(app, health.router())
    identify, failures = parts.tokens.asker, parts.failures
    senders = Depends(Identified(identify, failures, of_alerts()))
    deliveries = Deliveries(parts.client, parts.policy, task_queue)
    serve(app, deliveries.router(senders))
    known = Depends(Identified(identify, failures, parts.rates))
    for router in _api(parts, task_queue, known):
        serve(app, router)


def _serve_slack(
    app: FastAPI, parts: Parts, apps: Sequence[SlackApp], public_url: str | None
) -> None:
    """Serve what Slack sends about people."""
    app.state.slack = tuple(Dispatcher(each, parts, public_url) for each in apps)
    if apps:
        serve(app, SlackCallbacks(app.state.slack, parts.failures).router())


def _serve_logins(
    app: FastAPI, parts: Parts, keys: LinkKeys | None, public_url: str | None, codec: Codec | None
) -> None:
    """Serve what the session of a login opens: the pages, and the codec."""
    for router in pages_of(keys, public_url, parts) if keys else ():
        serve(app, router)
    if codec:
        logins = logins_of(keys, public_url, parts.tokens) if keys else None
        serve_codec(app, codec, parts, logins)


def _api(parts: Parts, task_queue: str, known: params.Depends) -> Iterator[APIRouter]:
    """What people and tools reach with a credential."""
    client, policy, feeds = parts.client, parts.policy, parts.feeds
    yield parts.reports.router(known)
    yield parts.reading.router(known)
    yield CommandApi(parts.commanding).router(known)
    yield PeopleApi(client, policy, task_queue, feeds).router(known)
    yield OverridesApi(parts.overrides).router(known)
    yield PolicyApi(client, policy, parts.reading).router(known)
    yield EventsApi(parts.watching, parts.tokens.asker).router(known)


def _name_in(public_url: str | None) -> tuple[str, ...]:
    public = parts_of(public_url)
    return (public.hostname,) if public and public.hostname else ()


def _bare(names: Iterable[str], proxies: int, codec: Codec | None) -> FastAPI:
    """An application that answers to its own names only, and refuses in one shape."""
    build_models()
    app = FastAPI(
        title="Incident engine",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # A redirect names http://, so a sender would send its token again without TLS.
        redirect_slashes=False,
    )
    install(app)
    formats = (each.body for each in FORMATS.values())
    decrypted = (StoredPayloads,) if codec else ()
    describe(app, *formats, Reported, OverrideBody, *BODIES.values(), *decrypted)
    if codec:
        app.add_middleware(OneOrigin, origin=codec.ui)
    app.add_middleware(KnownHosts, names=names)
    app.add_middleware(Forwarded, hops=proxies)
    return app
