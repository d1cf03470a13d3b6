"""Calls Temporal within a time limit; if Temporal does not answer, the sender must try again."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.service import RPCError, RPCStatusCode

from incidents.errors import NamespaceNotFound, PayloadUnreadable, ServerUnavailable
from incidents.temporal_errors import reaching_server
from web.http.errors import Refused, unavailable

RPC_TIMEOUT = timedelta(seconds=4)
"""Shorter than the timeout of every sender we know, so that they get the reason."""


UNREADABLE = "PayloadUnreadable"
"""The kind of refusal if a key is missing here; the same request succeeds once it is there."""
DISK_FULL = re.compile(r"disk is full|no space left|disk quota", re.IGNORECASE)
"""How databases report it, in errors that Temporal repeats."""


def _unavailable(error: RPCError) -> Refused:
    if DISK_FULL.search(error.message):
        return unavailable("DiskFull", "Temporal cannot store anything: its disk is full")
    message = f"Temporal does not accept it now: {error.status.name.lower()}"
    return unavailable("TemporalNotReachable", message)


@asynccontextmanager
async def reaching_temporal(timeout: timedelta = RPC_TIMEOUT) -> AsyncIterator[None]:
    """Turn every failure to reach Temporal, or to read its answer, into a 503."""
    try:
        async with asyncio.timeout(timeout.total_seconds()):
            with reaching_server():
                yield
    except TimeoutError:
        seconds = f"{timeout.total_seconds():g}"
        message = f"Temporal did not answer within {seconds} seconds"
        raise unavailable("TemporalNotReachable", message) from None
    except NamespaceNotFound as error:
        message = f"Temporal has no namespace {error.namespace}"
        raise unavailable("UnknownNamespace", message) from None
    except PayloadUnreadable as error:
        raise unavailable(UNREADABLE, str(error)) from None
    except ServerUnavailable as error:
        raise _unavailable(error.error) from None
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            raise
        raise _unavailable(error) from None
    except RuntimeError:
        # A client that never connected raises this; its message contains addresses.
        message = "Temporal cannot be reached"
        raise unavailable("TemporalNotReachable", message) from None
