"""Temporal's own configuration says how to reach it, and failures are one line."""

import asyncio
import getpass
import socket
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from runtime.client import ServerNotReachable, connect, connection
from runtime.embedded.server import free_port
from runtime.settings import SettingsBroken

Monkey = pytest.MonkeyPatch


def test_the_local_server_is_the_default() -> None:
    """Every tool of Temporal does this."""
    assert connection() == {"target_host": "localhost:7233"}


def test_an_api_key_turns_tls_on(monkeypatch: Monkey) -> None:
    """Temporal Cloud needs an address, a namespace and a key, and nothing of ours."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "eu-west-1.aws.api.temporal.io:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "incidents.a1b2c")
    monkeypatch.setenv("TEMPORAL_API_KEY", "key")
    found = connection()
    assert (found["namespace"], found["api_key"], found["tls"]) == ("incidents.a1b2c", "key", True)


def test_a_profile_of_the_configuration_file_is_used(monkeypatch: Monkey, tmp_path: Path) -> None:
    """Profiles are how people keep several clusters apart."""
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.prod]\naddress = "prod:7233"\nnamespace = "incidents"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    monkeypatch.setenv("TEMPORAL_PROFILE", "prod")
    assert connection()["target_host"] == "prod:7233"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TEMPORAL_PROFILE", "nowhere", "nowhere"),
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", "/no/such/certificate", "/no/such/certificate"),
    ],
)
def test_broken_configuration_is_told_with_what_is_broken(
    monkeypatch: Monkey, variable: str, value: str, said: str
) -> None:
    """There is no traceback from a library."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsBroken, match="configuration is broken") as raised:
        connection()
    assert said in str(raised.value)


async def test_an_unreachable_address_is_named(monkeypatch: Monkey) -> None:
    """The error comes at once, in one short line."""
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    with pytest.raises(ServerNotReachable) as raised:
        await connect()
    assert raised.value.address == address
    assert raised.value.why == "Connection refused"


async def test_a_server_that_never_answers_is_given_up(monkeypatch: Monkey) -> None:
    """A firewall that swallows packets must not hang a command for minutes."""
    monkeypatch.setattr("runtime.client.CONNECT_TIMEOUT_SECONDS", 0.2)
    mute = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with mute:
        port = mute.sockets[0].getsockname()[1]
        monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
        with pytest.raises(ServerNotReachable, match="no answer within"):
            await connect()


async def test_every_event_has_the_identity_of_its_user(
    server: WorkflowEnvironment, monkeypatch: Monkey
) -> None:
    """In Temporal alone, auditors see whose process did what; an actor is only a claim."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.client.service_client.config.target_host)
    monkeypatch.setenv("INCIDENT_ACTOR", "ana")
    client = await connect()
    assert client.identity == f"{getpass.getuser()}@{socket.gethostname()}"
    assert server.client.identity == client.identity
