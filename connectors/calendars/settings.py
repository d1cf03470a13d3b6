"""What the operator says of a calendar feed that a policy names."""

from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, model_validator

from connectors.channels.settings import LOOPBACK
from models.base import Frozen


class FeedSettings(Frozen):
    """One feed: the `url` of an iCalendar file, with an optional bearer `token`; or its `path`.

    An address that begins with webcal:// is one of https://. Only loopback may be read without
    TLS.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    url: str | None = Field(default=None, repr=False)
    token: SecretStr | None = None
    path: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_https(cls, given: Any) -> Any:
        if isinstance(given, dict) and str(given.get("url") or "").startswith("webcal://"):
            return {**given, "url": "https://" + given["url"].removeprefix("webcal://")}
        return given

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        missing = None
        if (self.url is None) == (self.path is None):
            missing = "a feed has a url or a path, one of them"
        elif self.url and not _is_safe(self.url):
            missing = "the url of a feed begins with https://"
        elif self.token and not self.token.get_secret_value().isprintable():
            missing = "the token contains characters that no header can carry"
        if missing:
            raise ValueError(missing)
        return self


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or plain)
