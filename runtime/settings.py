"""Settings of one installation, read once from the environment (`INCIDENT_...`) or `.env`.

Addresses and secrets live here and nowhere else: a policy names channels, and the settings say what
they are. Temporal's own configuration says how to reach Temporal (see `runtime.client`).
"""

import getpass
import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from connectors.addresses import without_userinfo
from connectors.channels.kinds import KINDS, AnyChannelSettings
from connectors.feeds.settings import FeedSettings
from connectors.signed_links import LinkKeys
from incidents.encryption.keys import PayloadKeys
from models.access import AccessToken
from models.addresses import is_exposed, is_loopback, is_token, origin_of, parts_of
from models.base import Changing
from runtime.env_file import faults_of, names_in
from runtime.tokens import TokenSettings

ROOT = Path(__file__).parents[1]
PREFIX = "INCIDENT_"
_MODULE_AND_OBJECT = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


class SettingsBroken(Exception):  # noqa: N818 - says what is
    """The settings cannot be read. The message names each variable and its fault."""


def login() -> str:
    """The login that runs this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


class Settings(Changing, BaseSettings):
    """Every setting. Relative paths start at the directory in which the process was started."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    task_queue: str = "incidents"
    policy_file: Path = ROOT / "policies" / "default.yaml"
    state_directory: Path = ROOT / "var"
    documents: Path | None = None
    actor: str = Field(default_factory=login)
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=1, le=65535)
    intake_token: SecretStr | None = None
    tokens: dict[str, TokenSettings] = Field(default_factory=dict)
    web_names: Annotated[tuple[str, ...], NoDecode] = ()
    web_proxies: int = Field(default=0, ge=0, le=10)
    public_url: str | None = None
    api_url: str | None = None
    api_token: SecretStr | None = None
    link_keys: SecretStr | None = None
    payload_keys: SecretStr | None = None
    payload_codec: str | None = None
    codec_ui: str | None = None
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_people_claim: str = Field(default="email", pattern=r"^[\x21-\x7e]{1,200}$")
    oidc_session_hours: int = Field(default=12, ge=1, le=12)
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    log_file: Path | None = None
    beat_url: SecretStr | None = None
    cached_workflows: int = Field(default=500, ge=10)
    channels: dict[str, AnyChannelSettings] = Field(default_factory=dict)
    feeds: dict[str, FeedSettings] = Field(default_factory=dict)

    @field_validator("policy_file", "state_directory", "documents", "log_file")
    @classmethod
    def _absolute(cls, given: Path | None) -> Path | None:
        """Make paths absolute, so that a process started elsewhere uses the same files."""
        return given.expanduser().absolute() if given else None

    @field_validator("intake_token", "api_token")
    @classmethod
    def _sendable(cls, given: SecretStr | None) -> SecretStr | None:
        """Refuse a token that no header can carry: it would lock everybody out."""
        if given and not is_token(given.get_secret_value()):
            message = "must consist of ASCII letters, digits and signs, without spaces"
            raise ValueError(message)
        return given

    @field_validator("public_url", "api_url")
    @classmethod
    def _web_address(cls, given: str | None) -> str | None:
        """The address that links, or requests, start with, without a slash at its end."""
        parts = parts_of(given)
        if given is None:
            return None
        if parts is None or parts.query or parts.fragment or parts.username or parts.password:
            message = "must be an address that begins with https:// or http://, and nothing else"
            raise ValueError(message)
        return given.rstrip("/")

    @field_validator("beat_url")
    @classmethod
    def _beaten_to(cls, given: SecretStr | None) -> SecretStr | None:
        """An address that nobody on the way can read, because whoever has it can beat, too."""
        if given is None:
            return None
        parts = parts_of(without_userinfo(given.get_secret_value()))
        if parts is None or is_exposed(parts):
            message = "must be an address that begins with https://"
            raise ValueError(message)
        return given

    @field_validator("oidc_issuer")
    @classmethod
    def _secured(cls, given: str | None) -> str | None:
        """The issuer as the provider writes it: it compares letter by letter."""
        parts = parts_of(given)
        if given is None:
            return None
        whole = parts is not None and not (parts.query or parts.fragment or "@" in parts.netloc)
        if parts is None or not whole or is_exposed(parts):
            message = "must be an address that begins with https://, and nothing else"
            raise ValueError(message)
        return given

    @field_validator("link_keys")
    @classmethod
    def _readable_keys(cls, given: SecretStr | None) -> SecretStr | None:
        if given:
            LinkKeys.read(given.get_secret_value())
        return given

    @field_validator("payload_keys")
    @classmethod
    def _readable_payload_keys(cls, given: SecretStr | None) -> SecretStr | None:
        if given:
            PayloadKeys.read(given.get_secret_value())
        return given

    @field_validator("payload_codec")
    @classmethod
    def _module_and_object(cls, given: str | None) -> str | None:
        if given and not _MODULE_AND_OBJECT.fullmatch(given):
            message = "must be module:object, such as security.temporal:codec"
            raise ValueError(message)
        return given

    @field_validator("codec_ui")
    @classmethod
    def _origin(cls, given: str | None) -> str | None:
        origin = origin_of(given)
        if given and origin is None:
            message = "must be the address of the UI without a path: https://temporal.example.org"
            raise ValueError(message)
        return origin

    @field_validator("web_names", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """Read names separated by commas."""
        if not isinstance(given, str):
            return given
        return tuple(name.strip() for name in given.split(",") if name.strip())

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_any_case(cls, given: object) -> object:
        return given.lower() if isinstance(given, str) else given

    @field_validator("channels", "feeds", "tokens", mode="before")
    @classmethod
    def _named_as_in_policies(cls, given: object) -> object:
        """Read `EMAIL_ONCALL` as `email-oncall`: environment variables cannot have dashes."""
        if not isinstance(given, dict):
            return given
        return {str(name).lower().replace("_", "-"): value for name, value in given.items()}

    @property
    def feed_copies(self) -> Path:
        """Where the last good copies of calendar feeds are kept."""
        return self.state_directory / "feeds"

    @property
    def access_tokens(self) -> dict[str, AccessToken]:
        """The tokens of the settings, by their names."""
        return {name: said.token(name) for name, said in self.tokens.items()}

    @property
    def local(self) -> bool:
        """Whether only this machine reaches the web server: no proxy, and no address elsewhere."""
        public = parts_of(self.public_url)
        elsewhere = public is not None and not is_loopback(public.hostname)
        return is_loopback(self.web_host) and not self.web_proxies and not elsewhere

    @property
    def documents_directory(self) -> Path:
        """Where documents are kept."""
        return self.documents or self.state_directory / "documents"


@cache
def load_settings() -> Settings:
    """The settings of this process, read on the first call. Raises SettingsBroken."""
    try:
        if faults := [f"{file}: {fault}" for file in _files() for fault in faults_of(file)]:
            raise SettingsBroken("\n".join(faults))
        return Settings()
    except ValidationError as error:
        lines = [
            f"{_variable(item['loc'])}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise SettingsBroken("\n".join(lines)) from None
    except SettingsError as error:
        # Only a mapping that is not JSON gets here; the library's message repeats the value.
        name = str(error).split('"')[1:2] or ["channels"]
        raise SettingsBroken(f"{_variable((name[0],))}: is not valid JSON") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsBroken(f".env: cannot be read: {error}") from None


def _files() -> tuple[Path, ...]:
    """The files from which settings are read."""
    file = Settings.model_config.get("env_file")
    return (Path(file),) if isinstance(file, str) else ()


def server_asked_for() -> str:
    """The server's address in Temporal's own variable; empty if there is none."""
    return os.environ.get("TEMPORAL_ADDRESS", "")


def environment_without_temporal() -> dict[str, str]:
    """The environment of this process without any configuration of a Temporal server."""
    inherited = os.environ.items()
    return {name: value for name, value in inherited if not name.startswith("TEMPORAL_")}


def unknown_variables() -> tuple[str, ...]:
    """Variables that look like settings but are not; most likely they are misspelt.

    They are in the environment or in `.env`. Raises OSError and ValueError.
    """
    known = {name.upper() for name in Settings.model_fields}
    every = {*os.environ, *(name for file in _files() for name in names_in(file))}
    ours = (name for name in every if name.upper().startswith(PREFIX))
    return tuple(
        sorted(n for n in ours if n.upper().removeprefix(PREFIX).split("__")[0] not in known)
    )


def _variable(loc: tuple[int | str, ...]) -> str:
    if loc[0] == "channels" and loc[2:3] and loc[2] in KINDS:
        loc = (*loc[:2], *loc[3:])  # pydantic adds the kind that it chose for the channel
    return PREFIX + "__".join(str(part).upper().replace("-", "_") for part in loc)
