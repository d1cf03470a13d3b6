"""Runs the web server: `python -m web`."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from policies.catalogue import PolicyBroken, policy_in_force
from runtime.claims import warn_of_claims
from runtime.client import ServerNotReachable, connect
from runtime.ending import (
    CANNOT_LISTEN,
    NO_SERVER,
    NOT_AS_SET_UP,
    on_signal,
    say_why_ended,
    watch_event_loop,
)
from runtime.feeds import feeds_of
from runtime.link_keys import link_keys
from runtime.logging import settings_with_logs
from runtime.openid import openid_of
from runtime.payloads import codec_of
from runtime.settings import Settings, SettingsBroken
from web.app import create_app
from web.callbacks.slack.apps import slack_apps
from web.callbacks.slack.socket_mode import sockets_of
from web.codec.endpoint import Codec
from web.http.connection import Connection

log = structlog.get_logger(__name__)

GRACE_SECONDS = 5
HARD_END_SECONDS = GRACE_SECONDS + 4.0
SHORTEST_TOKEN = 16


class Server(uvicorn.Server):
    """The HTTP server without its own signal handlers: `on_signal` ends this process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers."""
        yield

    def stop(self) -> None:
        """Answer the requests in progress, then end."""
        self.should_exit = True


def server_of(app: ASGIApp, host: str, port: int) -> Server:
    """The HTTP server of the web server. Each connection is a `Connection`, which has bounds."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(config)


def refuse_to_be_open(settings: Settings) -> None:
    """Refuse a token that others can guess, if others reach the server. Raises SettingsBroken.

    Without an intake token, only tokens that somebody made count there.
    """
    token = settings.intake_token
    if settings.local or token is None:
        return
    if len(token.get_secret_value()) < SHORTEST_TOKEN:
        raise SettingsBroken(
            f"INCIDENT_INTAKE_TOKEN: has fewer than {SHORTEST_TOKEN} characters, while other "
            "machines can reach the web server: set a token that nobody can guess, such as "
            "openssl rand -hex 32 gives, or leave it out and make tokens"
        )


def _codec(settings: Settings) -> Codec | None:
    """The codec to serve. Raises SettingsBroken."""
    codec = codec_of(settings)
    if codec is None and settings.codec_ui:
        raise SettingsBroken(
            "INCIDENT_CODEC_UI: has no effect without INCIDENT_PAYLOAD_KEYS or "
            "INCIDENT_PAYLOAD_CODEC"
        )
    return Codec(codec, settings.codec_ui) if codec else None


async def serve(settings: Settings) -> None:
    """Serve until a signal ends it. Until Temporal is up, senders get a 503."""
    refuse_to_be_open(settings)
    openid, codec = openid_of(settings), _codec(settings)
    client = await connect(lazy=True)
    feeds = feeds_of(settings)
    try:
        async with slack_apps(settings.channels) as slack:
            app = create_app(
                client,
                policy_file=settings.policy_file,
                task_queue=settings.task_queue,
                token=settings.intake_token,
                feeds=feeds,
                documents=settings.documents_directory,
                keys=link_keys(settings),
                public_url=settings.public_url,
                names=(settings.web_host, *settings.web_names),
                proxies=settings.web_proxies,
                tokens=settings.access_tokens,
                local=settings.local,
                openid=openid,
                codec=codec,
                slack=slack,
            )
            await _serve(app, settings)
    finally:
        await feeds.aclose()


async def _serve(app: FastAPI, settings: Settings) -> None:
    server = server_of(app, settings.web_host, settings.web_port)
    on_signal(server.stop, at_the_latest=HARD_END_SECONDS)
    log.info("web.starts", host=settings.web_host, port=settings.web_port, local=settings.local)
    with suppress(PolicyBroken):  # each request says that it is
        warn_of_claims(policy_in_force(settings.policy_file, datetime.now(UTC)).policy, settings)
    sockets = sockets_of(app.state.slack)
    try:
        async with watch_event_loop():
            for socket in sockets:
                socket.start()
            await server.serve()
    finally:
        for each in (*sockets, *app.state.slack):
            await each.aclose()


def main() -> int:
    """Run the web server. Exit codes: 0 stopped, 1 cannot listen, 2 bad setup, 6 no server."""
    try:
        settings = settings_with_logs()
        asyncio.run(serve(settings))
    except SettingsBroken as error:
        return say_why_ended("web", str(error), NOT_AS_SET_UP)
    except ServerNotReachable as error:
        return say_why_ended("web", str(error), NO_SERVER)
    except SystemExit:
        # uvicorn exits like this if it cannot listen; it has logged why.
        where = f"{settings.web_host}:{settings.web_port}"
        return say_why_ended("web", f"cannot listen on {where}", CANNOT_LISTEN)
    except KeyboardInterrupt:
        return 0
    finally:
        # The client's threads need a moment: an earlier exit can crash.
        time.sleep(0.05)
    return 0


if __name__ == "__main__":
    sys.exit(main())
