"""How values become what Temporal stores: one place for every process, test and replay."""

import importlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from incidents.encryption.codec import SETTING as KEYS
from incidents.encryption.codec import Encryption
from incidents.encryption.keys import PayloadKeys
from incidents.errors import PayloadUnreadable
from runtime.settings import Settings, SettingsBroken

CODEC = "INCIDENT_PAYLOAD_CODEC"
UNENCRYPTED: DataConverter = replace(pydantic_data_converter, payload_codec=Encryption())
"""Encrypts nothing; refuses what is encrypted instead of taking it for malformed."""


def converter_of(settings: Settings) -> DataConverter:
    """The converter of an installation. Raises SettingsBroken.

    If it encrypts, it hides the messages and stack traces of failures as well.
    """
    codec = codec_of(settings)
    if codec is None:
        return UNENCRYPTED
    return replace(
        pydantic_data_converter,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def codec_of(settings: Settings) -> PayloadCodec | None:
    """What encrypts payloads; None if nothing does. Raises SettingsBroken."""
    keys, name = settings.payload_keys, settings.payload_codec
    if keys and name:
        raise SettingsBroken(f"{CODEC}: set either this or {KEYS}, not both")
    if name:
        return OwnCodec(name, _loaded(name))
    return Encryption(PayloadKeys.read(keys.get_secret_value())) if keys else None


class OwnCodec(PayloadCodec):
    """The codec of an installation. Whatever it raises is a payload that cannot be read here."""

    def __init__(self, name: str, codec: PayloadCodec) -> None:
        self._name = name
        self._codec = codec

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encode payloads. Raises PayloadUnreadable."""
        return await self._done(self._codec.encode, payloads, "encode")

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decode payloads. Raises PayloadUnreadable."""
        return await self._done(self._codec.decode, payloads, "decode")

    async def _done(
        self,
        how: Callable[[Sequence[Payload]], Awaitable[list[Payload]]],
        payloads: Sequence[Payload],
        verb: str,
    ) -> list[Payload]:
        try:
            return await how(payloads)
        except Exception as error:  # noqa: BLE001 - whatever a foreign codec raises
            # Its message may have a key, and an error of Temporal's kind would end the incident.
            kind = type(error).__name__
            message = f"{CODEC}: {self._name} could not {verb} a payload ({kind})"
            raise PayloadUnreadable(message) from None


def _loaded(name: str) -> PayloadCodec:
    """The codec that `module:object` names: an object, or what makes one without arguments."""
    module, _, path = name.partition(":")
    try:
        found = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
        if not isinstance(found, PayloadCodec) and callable(found):
            found = found()
    except (ImportError, AttributeError) as error:
        raise SettingsBroken(f"{CODEC}: cannot load {name}: {error}") from None
    except Exception as error:  # noqa: BLE001 - whatever a foreign module raises
        # The message of anything else may have a key.
        raise SettingsBroken(f"{CODEC}: cannot load {name} ({type(error).__name__})") from None
    if not isinstance(found, PayloadCodec):
        raise SettingsBroken(
            f"{CODEC}: {name} is no temporalio.converter.PayloadCodec, and makes none"
        )
    return found
