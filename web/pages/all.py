"""All pages for people, put together."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter
from temporalio.client import Client

from connectors.feeds.directory import FeedDirectory
from connectors.signed_links import LinkKeys
from incidents.schedules.overrides import book_of
from models.addresses import parts_of
from web.api.commanding import Commanding
from web.api.overrides import ScheduleOverrides
from web.api.reading import Reading
from web.api.reports import Reports
from web.events.open_streams import Watching
from web.identity.bearer_tokens import BearerTokens
from web.identity.cookies import Cookies
from web.identity.limits import FailedAttempts
from web.identity.link_sessions import Sessions
from web.identity.logins import Logins
from web.identity.rates import Rates
from web.pages.board.on_call import OnCallNow
from web.pages.board.page import BoardPage
from web.pages.board.rows import Board
from web.pages.entry import Entry
from web.pages.incident.page import IncidentPage
from web.pages.live import Live
from web.pages.login import LoginPage
from web.pages.login_openid import OpenIdLogin
from web.pages.oncall.page import OnCallPage, Sources
from web.pages.rendering import Pages, static_router
from web.pages.report.page import ReportPage
from web.pages.respond import Respond
from web.policy import PolicyInForce


@dataclass(frozen=True, slots=True)
class Parts:
    """What pages share with the rest of the web server."""

    client: Client
    policy: PolicyInForce
    feeds: FeedDirectory | None
    tokens: BearerTokens
    failures: FailedAttempts
    rates: Rates
    reading: Reading
    commanding: Commanding
    watching: Watching
    overrides: ScheduleOverrides
    reports: Reports


def logins_of(keys: LinkKeys, public_url: str | None, tokens: BearerTokens) -> Logins:
    """Who is logged in with a browser."""
    return Logins(_cookies(keys, public_url), keys, tokens)


def _cookies(keys: LinkKeys, public_url: str | None) -> Cookies:
    address = parts_of(public_url)
    return Cookies(keys, tls=address is not None and address.scheme == "https")


def pages_of(keys: LinkKeys, public_url: str | None, parts: Parts) -> Iterator[APIRouter]:
    """The pages. They know how people reach them: by TLS or not, below which path."""
    address = parts_of(public_url)
    cookies, logins = _cookies(keys, public_url), logins_of(keys, public_url, parts.tokens)
    pages = Pages(address.path.rstrip("/") if address else "", tls=cookies.tls)
    board = Board(parts.client, parts.reading.queries, parts.policy.severities)
    live = Live(parts.watching, parts.reading, board)
    given = (Sessions(cookies), parts.commanding, pages, parts.failures)
    yield Respond(*given, live=live, policy=parts.policy, rates=parts.rates).router()
    login = LoginPage(logins, cookies, parts.failures, pages)
    yield login.router()
    openid = parts.tokens.openid
    if openid and openid.logs_in:
        yield OpenIdLogin(openid, logins, cookies, parts.failures, login).router()
    entry = Entry(logins, pages, parts.rates)
    on_call = OnCallNow(parts.policy, parts.feeds, book_of(parts.client))
    yield BoardPage(on_call, parts.policy, entry, pages, live).router()
    yield IncidentPage(parts.commanding, parts.policy, entry, pages, live).router()
    sources = Sources(parts.client, parts.policy, parts.feeds, parts.overrides)
    yield OnCallPage(sources, entry, pages).router()
    yield ReportPage(parts.reports, parts.policy, entry, pages).router()
    yield static_router()
