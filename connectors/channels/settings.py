"""What the operator says of a channel that a policy names."""

from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from pydantic import (
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from models.addresses import WITHOUT_TLS, has_userinfo, is_loopback, is_token, parts_of
from models.base import Frozen


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
    tls = given.get("tls") or (Tls.NONE if is_loopback(given.get("host")) else Tls.STARTTLS)
    return {**given, "kind": kind, "tls": tls}


class ChannelSettings(Frozen):
    """One channel. `kind` follows from `url` (webhook) or `host` (e-mail) where it is not given.

    webhook: `url`, `token` (sent as a bearer token, over TLS or on loopback). email: `host`,
    `port`, `tls` (none on loopback and starttls elsewhere, unless given), `username`, `password`,
    `sender`, `to` (the address where a message has none). log: `path` of a file, one JSON object
    per line.
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

    @field_validator("url")
    @classmethod
    def _web_address(cls, given: str | None) -> str | None:
        if given is not None and parts_of(given) is None:
            raise ValueError("must be an address that begins with http:// or https://")
        return without_userinfo(given)

    @field_validator("token")
    @classmethod
    def _kept_secret(cls, given: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        return sendable(given, info.data.get("url"))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = None
        if self.kind is ChannelKind.WEBHOOK and not self.url:
            missing = "a webhook needs a url that begins with http:// or https://"
        if self.kind is ChannelKind.EMAIL and not (self.host and self.sender):
            missing = "an e-mail channel needs a host and a sender"
        if self.password and self.tls is Tls.NONE and not is_loopback(self.host):
            missing = "a password is not sent without TLS: set tls to starttls or tls"
        if missing:
            raise ValueError(missing)
        return self

    @property
    def smtp_port(self) -> int:
        """The port of the mail server: as given, or the usual one of its TLS mode."""
        return self.port or DEFAULT_PORTS[self.tls]


def without_userinfo(url: str | None) -> str | None:
    """`url`, if it carries no login: one that stands there ends up in logs of proxies and servers.

    Raises ValueError.
    """
    if has_userinfo(url):
        raise ValueError("must not contain a user name or a password: set the token instead")
    return url


def sendable(token: SecretStr | None, url: str | None) -> SecretStr | None:
    """`token`, if it can be sent to `url` and nobody on the way can read it. Raises ValueError."""
    if token is None:
        return None
    if not is_token(token.get_secret_value()):
        raise ValueError("must consist of ASCII letters, digits and signs, without spaces")
    parts = parts_of(url)
    if parts and parts.scheme == WITHOUT_TLS and not is_loopback(parts.hostname):
        raise ValueError("is not sent without TLS: the url must begin with https://")
    return token
