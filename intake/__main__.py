"""Runs the intake: `python -m intake`."""

import asyncio
import signal
import sys
import time

import structlog
import uvicorn

from intake.app import create_app
from runtime.client import ServerNotReachable, connect
from runtime.ending import CANNOT_LISTEN, NO_SERVER, NOT_AS_SET_UP, ended
from runtime.feeds import feeds_of
from runtime.logging import prepared
from runtime.settings import Settings, SettingsBroken

log = structlog.get_logger(__name__)

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
GRACE_SECONDS = 5


async def serve(settings: Settings) -> None:
    """Serve until told to stop. Temporal may come up later; until then senders hear 503."""
    client = await connect(settings, lazy=True)
    if settings.intake_token is None and settings.intake_host not in LOOPBACK:
        log.warning("intake.open", host=settings.intake_host, instead="set INCIDENT_INTAKE_TOKEN")
    feeds = feeds_of(settings)
    app = create_app(
        client,
        policy_file=settings.policy_file,
        task_queue=settings.task_queue,
        token=settings.intake_token,
        feeds=feeds,
    )
    config = uvicorn.Config(
        app,
        host=settings.intake_host,
        port=settings.intake_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    log.info("intake.starts", host=settings.intake_host, port=settings.intake_port)
    try:
        await uvicorn.Server(config).serve()
    finally:
        await feeds.aclose()


def main() -> int:
    """Run it; returns the exit code.

    0 told to stop, 1 cannot listen, 2 cannot start as set up, 6 no server.
    """
    try:
        settings = prepared()
        # uvicorn stops in order, then raises the signal anew for whoever asked before it.
        signal.signal(signal.SIGTERM, lambda *_: None)
        asyncio.run(serve(settings))
    except SettingsBroken as error:
        return ended("intake", str(error), NOT_AS_SET_UP)
    except ServerNotReachable as error:
        return ended("intake", str(error), NO_SERVER)
    except SystemExit:
        # So uvicorn ends where it cannot listen; it has logged why.
        where = f"{settings.intake_host}:{settings.intake_port}"
        return ended("intake", f"cannot listen on {where}", CANNOT_LISTEN)
    except KeyboardInterrupt:
        return 0
    finally:
        # The client's threads need a moment: an exit before that can end in a crash.
        time.sleep(0.05)
    return 0


if __name__ == "__main__":
    sys.exit(main())
