"""What the operator says of a channel that a policy names."""

from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, model_validator

from models.base import Frozen

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ChannelKind(StrEnum):
    """The kinds of channels."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    CONSOLE = "console"
    LOG = "log"


class Tls(StrEnum):
    """How an e-mail connection is secured."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


DEFAULT_PORTS = {Tls.NONE: 25, Tls.STARTTLS: 587, Tls.TLS: 465}


def _filled(given: dict[str, Any]) -> dict[str, Any]:
    """`given` with the kind and the TLS mode that follow from the rest."""
    kind = given.get("kind")
    if not kind:
        kind = ChannelKind.WEBHOOK if given.get("url") else None
        kind = kind or (ChannelKind.EMAIL if given.get("host") else None)
    if not kind:
        message = "a channel needs a url (webhook), a host (e-mail) or a kind"
        raise ValueError(message)
    tls = given.get("tls") or (Tls.NONE if given.get("host") in LOOPBACK else Tls.STARTTLS)
    return {**given, "kind": kind, "tls": tls}


class ChannelSettings(Frozen):
    """One channel. `kind` follows from `url` (webhook) or `host` (e-mail) where it is not given.

    webhook: `url`, `token` (sent as a bearer token). email: `host`, `port`, `tls` (none on
    loopback and starttls elsewhere, unless given), `username`, `password`, `sender`, `to` (the
    address where a message has none). log: `path` of a file, one JSON object per line.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    kind: ChannelKind = Field(default=None, validate_default=True)
    url: str | None = Field(default=None, repr=False)
    token: SecretStr | None = None
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    username: str | None = None
    password: SecretStr | None = None
    sender: str | None = None
    to: str | None = None
    tls: Tls = Field(default=None, validate_default=True)
    path: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, given: Any) -> Any:
        return _filled(given) if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = None
        if self.kind is ChannelKind.WEBHOOK and not _is_http(self.url):
            missing = "a webhook needs a url that begins with http:// or https://"
        if self.kind is ChannelKind.WEBHOOK and self.token and not _is_header(self.token):
            missing = "the token contains characters that no header can carry"
        if self.kind is ChannelKind.EMAIL and not (self.host and self.sender):
            missing = "an e-mail channel needs a host and a sender"
        if self.password and self.tls is Tls.NONE and self.host not in LOOPBACK:
            missing = "a password is not sent without TLS: set tls to starttls or tls"
        if missing:
            raise ValueError(missing)
        return self

    @property
    def smtp_port(self) -> int:
        """The port of the mail server: as given, or the usual one of its TLS mode."""
        return self.port or DEFAULT_PORTS[self.tls]


def _is_http(url: str | None) -> bool:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_header(token: SecretStr) -> bool:
    value = token.get_secret_value()
    return value.isascii() and value.isprintable()
