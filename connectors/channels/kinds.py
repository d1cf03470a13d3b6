"""The kinds of channels: each in `models.messages.channel_kinds` has a file here with a KIND."""

from collections.abc import Iterable, Mapping
from functools import reduce
from importlib import import_module
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, get_args

from pydantic import ConfigDict, Discriminator, Tag, TypeAdapter

from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings
from models.messages.channel_kinds import ChannelKind


def kinds_of(names: Iterable[str]) -> dict[str, ChannelKindSpec]:
    """The kinds with these names; each is the KIND of the file of that name."""
    return {name: import_module(f"connectors.channels.{name}").KIND for name in names}


KINDS: Mapping[str, ChannelKindSpec] = kinds_of(get_args(ChannelKind))


def can_page(kind: str) -> bool:
    """Whether channels of a kind reach one person."""
    return Ability.PAGE in KINDS[kind].can


def _kind_of(given: Any) -> str | None:
    """The kind that the settings name, or that one of their fields implies."""
    if isinstance(given, ChannelSettings):
        return given.kind
    if not isinstance(given, dict):
        return None
    if given.get("kind"):
        return str(given["kind"])
    return next((k.name for k in KINDS.values() if k.told_by and given.get(k.told_by)), None)


def _told() -> str:
    fields = [f"a {kind.told_by} ({kind.name})" for kind in KINDS.values() if kind.told_by]
    return f"a channel needs {', '.join(fields)}, or a kind: {', '.join(KINDS)}"


if TYPE_CHECKING:
    AnyChannelSettings = ChannelSettings
else:
    _each = (Annotated[kind.settings, Tag(kind.name)] for kind in KINDS.values())
    AnyChannelSettings = Annotated[
        reduce(or_, _each),
        Discriminator(_kind_of, custom_error_type="channel_kind", custom_error_message=_told()),
    ]
    """Settings of a channel of any kind."""

_ADAPTER: TypeAdapter[ChannelSettings] = TypeAdapter(
    AnyChannelSettings, config=ConfigDict(hide_input_in_errors=True)
)


def channel_settings(given: Any) -> ChannelSettings:
    """Read the settings of a channel as an operator wrote them. Raises ValidationError."""
    return _ADAPTER.validate_python(given)
