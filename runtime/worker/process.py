"""The worker process: refuses to start if it could not serve, and stops gracefully."""

import asyncio
import gc
import time
from datetime import UTC, datetime

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from connectors.channels.directory import ChannelDirectory
from connectors.feeds.directory import FeedDirectory
from incidents.temporal_errors import unknown_namespace
from models.policy import Policy
from policies.catalogue import PolicyBroken, policy_in_force
from policies.checks.installation import (
    feed_setting,
    misunderstood,
    secrets_setting,
    setting_of,
    subscribed_channels,
)
from policies.compiling.policy import PolicyTooLarge, compile_policy
from runtime.claims import warn_of_claims
from runtime.client import ServerNotReachable, connect
from runtime.embedded.component import READY
from runtime.ending import NO_SERVER, NOT_AS_SET_UP, on_signal, say_why_ended, watch_event_loop
from runtime.feeds import feeds_of, reading_ahead
from runtime.link_keys import links_of
from runtime.logging import settings_with_logs
from runtime.search_attributes import missing, mistyped, retention
from runtime.settings import Settings, SettingsBroken, unknown_variables
from runtime.worker.beat import beating
from runtime.worker.missing_archives import sweeping_for_archives
from runtime.worker.registry import GRACE, running_workers

log = structlog.get_logger(__name__)

HARD_END_SECONDS = GRACE.total_seconds() + 4.0
"""Shorter than the time that a supervisor waits for a worker to stop."""
WITHOUT_POLICY = "open incidents go on, but no incident begins until the policy can be used"


class NotServing(Exception):  # noqa: N818 - says what is
    """Why this worker does not start, and how to mend it."""


async def _check_namespace(client: Client) -> None:
    """Refuse to start if a search attribute is missing, because incidents would get stuck."""
    names = await missing(client)
    if names:
        raise NotServing(
            f"the namespace {client.namespace} lacks the search attributes {', '.join(names)}; "
            "register them with: python starter.py setup"
        )
    names = await mistyped(client)
    if names:
        raise NotServing(
            f"the namespace {client.namespace} has other types for the search attributes "
            f"{', '.join(names)}; docs/operations.md says what they must be"
        )


async def _warn(
    client: Client, settings: Settings, channels: ChannelDirectory, feeds: FeedDirectory
) -> None:
    """Warn of what will disappoint: a broken policy, settings that nobody uses."""
    for variable in unknown_variables():
        log.warning("setting.unknown", variable=variable)
    file = settings.policy_file
    try:
        loaded = policy_in_force(file, datetime.now(UTC))
        policy = compile_policy(loaded.policy, loaded.policy_hash)
    except (PolicyBroken, PolicyTooLarge) as error:
        # Open incidents carry their own policies, and somebody has to page for them.
        log.error("policy.broken", file=str(file), error=str(error)[:2000], means=WITHOUT_POLICY)
        return
    _warn_of_installation(loaded.policy, channels, feeds)
    warn_of_claims(loaded.policy, settings)
    kept = await retention(client)
    if kept < policy.retention:
        log.warning(
            "retention.short",
            namespace=client.namespace,
            days=kept.total_seconds() / 86400,
            policy_days=policy.retention.total_seconds() / 86400,
        )


def _warn_of_installation(policy: Policy, channels: ChannelDirectory, feeds: FeedDirectory) -> None:
    """Warn of names in the policy that no setting resolves."""
    known = policy.channels
    for name in channels.unresolved(known):
        log.warning("channel.unresolved", channel=name, setting=setting_of(name, known[name].kind))
    for name in channels.unsigned(subscribed_channels(policy)):
        log.warning("channel.unsigned", channel=name, setting=secrets_setting(name))
    for finding in misunderstood(policy, channels.kind_of):
        log.error("channel.misunderstood", channel=str(finding.loc[1]), means=finding.what)
    named = (entry.ical.feed for entry in policy.schedules.values() if entry.ical)
    for name in feeds.unresolved(named):
        log.warning("feed.unresolved", feed=name, setting=feed_setting(name))


async def serve(settings: Settings) -> None:
    """Run a worker until SIGINT or SIGTERM.

    Raises NotServing or ServerNotReachable before it takes work.
    """
    client = await connect()
    channels = ChannelDirectory(settings.channels, links=links_of(settings))
    feeds = feeds_of(settings)
    channels.prepare()
    await _check_namespace(client)
    await _warn(client, settings, channels, feeds)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    on_signal(lambda: loop.call_soon_threadsafe(stop.set), at_the_latest=HARD_END_SECONDS)
    try:
        async with (
            watch_event_loop(),
            running_workers(client, settings, channels, feeds),
            reading_ahead(feeds),
            sweeping_for_archives(client, settings.task_queue),
            beating(settings.beat_url, client, settings.task_queue),
        ):
            log.info(READY, task_queue=settings.task_queue, namespace=client.namespace)
            await stop.wait()
            log.info("worker.stopping")
    finally:
        await channels.aclose()
        await feeds.aclose()


def run_worker() -> int:
    """Run a worker; returns the exit code: 0 stopped, 2 misconfigured, 6 no server."""
    try:
        return _run()
    finally:
        # The SDK's threads may still be ending. Give them a moment, or the interpreter
        # sometimes dies of a signal on its way out.
        time.sleep(0.05)


def _collect_less() -> None:
    """Make Python's garbage collector walk less memory, and more rarely.

    By default it now and then walks all memory of a worker, mostly modules that are never garbage,
    while somebody waits for a page: that is half of the 99th percentile.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _run() -> int:
    _collect_less()
    try:
        asyncio.run(serve(settings_with_logs()))
    except ServerNotReachable as error:
        return say_why_ended("worker", str(error), NO_SERVER)
    except RPCError as error:
        name = unknown_namespace(error)
        if name is not None:
            return say_why_ended(
                "worker", f"the Temporal server has no namespace {name}", NOT_AS_SET_UP
            )
        return say_why_ended("worker", f"the Temporal server refused: {error.message}", NO_SERVER)
    except (SettingsBroken, NotServing) as error:
        return say_why_ended("worker", str(error), NOT_AS_SET_UP)
    return 0
