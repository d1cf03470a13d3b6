"""Whom a page reaches, and over which channels, first to last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.compiled import Person


@dataclass(frozen=True, slots=True)
class PageTarget:
    """Someone, or a channel, to page.

    `target` is as the policy names it; `channels` are the target's own, in the order of trying.
    """

    target: str
    recipient: str
    address: str | None = None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom to page, each once; `nobody` lists the targets that resolve to no one."""

    pages: tuple[PageTarget, ...]
    nobody: tuple[str, ...] = ()


def _resolved(
    target: str, holders: Mapping[str, str], people: Mapping[str, Person]
) -> PageTarget | None:
    kind, _, name = target.partition(":")
    if kind == "channel" and name:
        return PageTarget(target, name, channels=(name,))
    if kind == "role":
        name = holders.get(name, "")
    elif kind != "person":
        return None
    if not name:
        return None
    person = people.get(name) or Person(name=name)
    return PageTarget(target, name, person.email, person.channels)


def resolve_targets(
    targets: Iterable[str], holders: Mapping[str, str], people: Mapping[str, Person]
) -> Resolution:
    """Whom `person:NAME`, `role:NAME` and `channel:NAME` mean. `holders` maps roles to people.

    A person that the policy does not know is paged by name on the policy's paging channels.
    """
    pages: dict[tuple[bool, str], PageTarget] = {}
    nobody: dict[str, None] = {}
    for target in targets:
        page = _resolved(target, holders, people)
        if page is None:
            nobody[target] = None
        else:
            pages.setdefault((target.startswith("channel:"), page.recipient), page)
    return Resolution(tuple(pages.values()), tuple(nobody))


def channel_chain(channels: Iterable[str], fallbacks: Mapping[str, str]) -> tuple[str, ...]:
    """`channels` in order, then what they fall back to, and so on; each channel once."""
    chain = dict.fromkeys(channels)
    for channel in tuple(chain):
        following = fallbacks.get(channel)
        while following and following not in chain:
            chain[following] = None
            following = fallbacks.get(following)
    return tuple(chain)


def paging_chain(
    page: PageTarget, paging_channels: Iterable[str], fallbacks: Mapping[str, str]
) -> tuple[str, ...]:
    """The channels to try for `page`: its own or the policy's paging channels, then fallbacks."""
    return channel_chain(page.channels or paging_channels, fallbacks)
