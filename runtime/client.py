"""Connects to Temporal, by Temporal's own environment configuration.

`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS...` and TOML profiles
work as for every Temporal tool. Without any of them, it connects to localhost:7233 and namespace
default.
"""

import asyncio
import re
import socket
from typing import Any

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from runtime.payloads import converter_of
from runtime.settings import SettingsBroken, load_settings, login

DEFAULT_ADDRESS = "localhost:7233"
CONNECT_TIMEOUT_SECONDS = 5.0
_QUOTED = re.compile(r'(?:message|error): "([^"]+)"')


class ServerNotReachable(Exception):  # noqa: N818 - says what is
    """No Temporal server answers at `address`; `why` gives the reason in short."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"no Temporal server answers at {address}: {why}")
        self.address = address
        self.why = why


def connection() -> dict[str, Any]:
    """Temporal's configuration over our defaults. Raises SettingsBroken."""
    try:
        configured = ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as error:
        why = f"Temporal's configuration is broken: {_short(error)}"
        raise SettingsBroken(why) from None
    return {"target_host": DEFAULT_ADDRESS, **configured}


def server_address() -> str:
    """The address of the server, as the configuration names it. Raises SettingsBroken."""
    return str(connection()["target_host"])


def identity() -> str:
    """Who runs this process, and where, as `login@host`; each event it causes carries this.

    It is not the actor, who is the person that the command names.
    """
    return f"{login()}@{socket.gethostname()}"


async def connect(*, lazy: bool = False) -> Client:
    """A client of the server that Temporal's configuration names.

    Raises SettingsBroken, and ServerNotReachable after five seconds unless `lazy`.
    """
    target, converter = connection(), converter_of(load_settings())
    address = str(target["target_host"])
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
            return await Client.connect(
                **target,
                data_converter=converter,
                identity=identity(),
                lazy=lazy,
            )
    except TimeoutError:
        raise ServerNotReachable(
            address, f"no answer within {CONNECT_TIMEOUT_SECONDS:g} seconds"
        ) from None
    except (RuntimeError, RPCError, ValueError, OSError) as error:
        raise ServerNotReachable(address, _short(error)) from None


def _short(error: Exception) -> str:
    """The innermost message in the transport's error, or its first line."""
    if isinstance(error, OSError):
        return str(error)
    quoted = _QUOTED.findall(str(error))
    words = quoted[-1] if quoted else " ".join(str(error).split())
    return words[:200].strip()
