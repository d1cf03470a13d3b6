"""One place makes what encrypts: keys of the settings, or a codec of one's own."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import PayloadCodec
from temporalio.exceptions import ApplicationError

from incidents.errors import PayloadUnreadable
from runtime.embedded.stack import Stack
from runtime.logging import unreadable_in_a_line
from runtime.payloads import UNENCRYPTED, codec_of, converter_of
from runtime.settings import Settings, SettingsBroken, load_settings
from web.__main__ import serve

KEY = "one:" + "A" * 43 + "="
HERE = __name__


class Reversed(PayloadCodec):
    """Stores everything backwards."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Turn each payload around."""
        return [Payload(data=payload.SerializeToString()[::-1]) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Turn each payload back."""
        return [Payload.FromString(payload.data[::-1]) for payload in payloads]


class Broken(Reversed):
    """Fails in the way that would end an incident, and shows its key."""

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Never succeeds."""
        raise ApplicationError(f"the key hush reads {len(payloads)} no more", non_retryable=True)


made = Reversed()


def ends() -> PayloadCodec:
    """A codec that cannot be made."""
    raise ValueError("hush")


def with_settings(monkeypatch: pytest.MonkeyPatch, **said: str) -> Settings:
    """Settings from the environment; the names leave out INCIDENT_."""
    for name, value in said.items():
        monkeypatch.setenv(f"INCIDENT_{name.upper()}", value)
    return load_settings()


def test_a_fresh_clone_encrypts_nothing() -> None:
    """Its failures stay readable in Temporal as well."""
    assert converter_of(load_settings()) is UNENCRYPTED
    assert codec_of(load_settings()) is None


async def test_with_keys_the_words_of_failures_are_encrypted_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Message, stack trace and details; who has the keys reads them."""
    converter = converter_of(with_settings(monkeypatch, payload_keys=KEY))
    failure, stored = (
        ApplicationError("no such pager", {"who": "anastasia"}, type="Refused"),
        Failure(),
    )
    try:
        raise failure from ValueError("line is dead")
    except ApplicationError as error:
        await converter.encode_failure(error, stored)
    plain = str(stored)
    assert "Refused" in plain, "the type stays in the clear"
    assert not [word for word in ("pager", "anastasia", "dead", "test_payloads") if word in plain]
    read = await converter.decode_failure(stored)
    assert isinstance(read, ApplicationError)
    assert (read.message, read.details) == ("no such pager", ({"who": "anastasia"},))
    assert "line is dead" in str(read.__cause__)


@pytest.mark.parametrize("name", ["Reversed", "made"])
async def test_a_codec_of_ones_own_is_an_object_or_what_makes_one(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Named as module:object."""
    converter = converter_of(with_settings(monkeypatch, payload_codec=f"{HERE}:{name}"))
    [stored] = await converter.encode(["Checkout fails"])
    assert stored.data.startswith(b'"sliaf')
    assert await converter.decode([stored]) == ["Checkout fails"]


async def test_a_codec_of_ones_own_that_fails_ends_no_incident(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Temporal ends a workflow for an ApplicationError; its words may have a key."""
    converter = converter_of(with_settings(monkeypatch, payload_codec=f"{HERE}:Broken"))
    with pytest.raises(
        PayloadUnreadable, match=r"Broken could not decode a payload \(Appl"
    ) as error:
        await converter.decode([Payload(data=b"?")])
    assert "hush" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no.such.module:codec", "cannot load no.such.module:codec: No module named 'no"),
        (f"{HERE}:nothing", "has no attribute 'nothing'"),
        (f"{HERE}:ends", r"cannot load .*:ends \(ValueError\)"),
        (f"{HERE}:HERE", "HERE is no temporalio.converter.PayloadCodec, and makes none"),
        ("codec", "must be module:object, such as"),
        ("os:system;", "must be module:object, such as"),
    ],
)
def test_a_codec_that_cannot_be_used_is_an_error_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    """It names the setting and what would be right."""
    with pytest.raises(SettingsBroken, match=says) as error:
        converter_of(with_settings(monkeypatch, payload_codec=name))
    assert str(error.value).startswith("INCIDENT_PAYLOAD_CODEC: ")
    assert "hush" not in str(error.value)


def test_keys_and_a_codec_exclude_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can tell which of them should encrypt."""
    settings = with_settings(monkeypatch, payload_keys=KEY, payload_codec=f"{HERE}:made")
    with pytest.raises(SettingsBroken, match="set either this or INCIDENT_PAYLOAD_KEYS, not both"):
        converter_of(settings)


def test_malformed_keys_are_an_error_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the setting, and shows nothing of the key."""
    with pytest.raises(SettingsBroken) as error:
        with_settings(monkeypatch, payload_keys="one:hush")
    assert str(error.value).startswith(
        "INCIDENT_PAYLOAD_KEYS: the key one has 3 bytes: a key has 32"
    )
    assert "hush" not in str(error.value)


def test_no_key_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings end up in debuggers and logs."""
    settings = with_settings(monkeypatch, payload_keys=KEY)
    assert "AAAA" not in repr(settings) + repr(codec_of(settings)) + repr(converter_of(settings))


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://temporal.example.org", "https://temporal.example.org"),
        ("HTTPS://Temporal.Example.org:443/", "https://temporal.example.org"),
        ("http://127.0.0.1:8233", "http://127.0.0.1:8233"),
        ("https://temporal.example.org/ui", None),
        ("https://ana@temporal.example.org", None),
        ("temporal.example.org", None),
        ("*", None),
        ("null", None),
    ],
)
def test_the_ui_that_may_decrypt_is_one_origin(
    monkeypatch: pytest.MonkeyPatch, given: str, origin: str | None
) -> None:
    """As browsers write it, so that it can be compared."""
    if origin is None:
        with pytest.raises(
            SettingsBroken, match="INCIDENT_CODEC_UI: must be the address of the UI"
        ):
            with_settings(monkeypatch, codec_ui=given)
    else:
        assert with_settings(monkeypatch, codec_ui=given).codec_ui == origin


def test_the_processes_of_a_stack_have_the_same_keys_and_its_ui_may_decrypt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process without them would store its part in the clear."""
    given = with_settings(monkeypatch, payload_keys=KEY, state_directory=str(tmp_path))
    stack = Stack(given)
    for component in (stack.worker, stack.web):
        told = stack.environment(component)
        assert told["INCIDENT_PAYLOAD_KEYS"] == KEY
        assert told["INCIDENT_CODEC_UI"] == stack.server.ui
    assert stack.server.converter.payload_codec is not UNENCRYPTED.payload_codec
    plain = Stack(given.changed(payload_keys=None))
    assert plain.environment(plain.web)["INCIDENT_PAYLOAD_KEYS"] == ""
    assert plain.environment(plain.web)["INCIDENT_CODEC_UI"] == ""


async def test_a_ui_without_keys_is_an_error_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets it believes that it decrypts."""
    settings = with_settings(monkeypatch, codec_ui="https://temporal.example.org")
    with pytest.raises(SettingsBroken, match="INCIDENT_CODEC_UI: has no effect without"):
        await serve(settings)


def test_a_missing_key_is_one_line_of_the_log() -> None:
    """Temporal tries again and again, and each time its library logs a traceback."""
    error = RuntimeError("Failed decoding arguments")
    error.__cause__ = PayloadUnreadable("a payload is encrypted with the key 'one'")
    caught = (RuntimeError, error, None)
    told = unreadable_in_a_line(None, "error", {"event": "Failed", "exc_info": caught})
    assert told == {
        "event": "Failed",
        "exc_info": None,
        "error": "a payload is encrypted with the key 'one'",
    }
    other = {"event": "Failed", "exc_info": (ValueError, ValueError("x"), None)}
    assert unreadable_in_a_line(None, "error", other) == other
