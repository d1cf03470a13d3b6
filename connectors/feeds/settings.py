"""The settings of a calendar feed that a policy names."""

from pathlib import Path
from typing import Any, Self

from pydantic import (
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from connectors.addresses import kept_secret, without_userinfo
from models.addresses import is_exposed, parts_of
from models.base import Frozen


class FeedSettings(Frozen):
    """One feed: the `url` of an iCalendar file with an optional bearer `token`, or its `path`.

    An address that begins with webcal:// means https://. Without TLS only loopback is allowed.
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

    @field_validator("url")
    @classmethod
    def _secured(cls, given: str | None) -> str | None:
        parts = parts_of(given)
        if given is not None and (parts is None or is_exposed(parts)):
            raise ValueError("the url of a feed begins with https://")
        return without_userinfo(given)

    _kept_secret = field_validator("token")(kept_secret)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.path is None):
            raise ValueError("a feed has either a url or a path")
        return self
