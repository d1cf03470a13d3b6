"""Whom a page reaches, and which channels it tries in which order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from models.compiled import Person
from models.contracts.notifying import Delivery
from models.messages.message import MessageKind
from models.people.party import Party, PartyKind, as_person, name_of, party_named
from models.people.schedule import OnCall
from models.people.workload import AskLeave, BindingLimit, PageLimit, PageLimits
from models.time.calendar import LocalTimes
from rules.paging.withdrawal import Withdrawal
from rules.people.on_call.words import by_schedule

MOST_OF_A_SUBJECT = 120
"""One summary has hundreds of subjects, so each is cut to this length."""


@dataclass(frozen=True, slots=True)
class PageTarget:
    """A person or a channel to page.

    `target` is the policy's name for it; `channels` are its own, in the order of trying. `zone` is
    its local clock, if the policy names one; `via` says in words why the recipient is paged.
    `limit` is its own limit, if it has one, `handles` are the person's names elsewhere.
    """

    target: str
    recipient: str
    address: str | None = None
    channels: tuple[str, ...] = ()
    zone: str | None = None
    via: str = ""
    limit: PageLimit | None = None
    handles: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_channel(self) -> bool:
        """Whether a channel is paged, whose readers nobody knows."""
        return party_named(self.target).kind is PartyKind.CHANNEL

    @property
    def as_what(self) -> str:
        """Why the recipient is paged: `by name`, `role lead`, or what `via` says."""
        party = party_named(self.target)
        by_name = party.kind is PartyKind.PERSON
        return self.via or ("by name" if by_name else f"{party.kind} {party.name}")


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom to page, each once; `nobody` lists the targets that mean no one."""

    pages: tuple[PageTarget, ...]
    nobody: tuple[str, ...] = ()


def _named(
    target: str,
    holders: Mapping[str, str],
    further: Mapping[str, tuple[str, ...]],
    on_call: Mapping[str, dict[str, str]],
    vacant: Mapping[str, str],
) -> dict[str, str]:
    """The people that a target means, and why each one is meant if the target does not say it."""
    match party_named(target):
        case Party(PartyKind.SCHEDULE, schedule) if found := on_call.get(schedule):
            return found
        case Party(PartyKind.ROLE, role) if holder := holders.get(role):
            return dict.fromkeys((holder, *further.get(role, ())), vacant.get(role, ""))
        case Party(PartyKind.PERSON, person) if person:
            return {person: ""}
    return {}


def resolve_targets(
    targets: Iterable[str],
    holders: Mapping[str, str],
    people: Mapping[str, Person],
    on_call: Mapping[str, OnCall] = MappingProxyType({}),
    further: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    *,
    vacant: Mapping[str, str] = MappingProxyType({}),
    local: LocalTimes | None = None,
) -> Resolution:
    """Resolve `person:NAME`, `role:NAME`, `channel:NAME` and `schedule:NAME`.

    `holders` maps roles to people (`further` to their other holders), and `on_call` maps schedules
    to who is on call. For a role in `vacant`, these people stand in, and the value says as what. A
    person that the policy does not know is paged by name on the policy's paging channels. `local`
    is the clock in which people read until when somebody is on call.
    """
    duties = {
        schedule: {person: by_schedule(found, person, local) for person in found.people}
        for schedule, found in on_call.items()
    }
    pages: dict[tuple[bool, str], PageTarget] = {}
    nobody: dict[str, None] = {}
    for target in targets:
        channel = name_of(target, PartyKind.CHANNEL)
        if channel:
            pages.setdefault((True, channel), PageTarget(target, channel, channels=(channel,)))
            continue
        named = _named(target, holders, further, duties, vacant)
        if not named:
            nobody[target] = None
        for name, via in named.items():
            person = people.get(name) or Person(name=name)
            reached = (person.email, person.channels, person.zone)
            page = PageTarget(target, name, *reached, via, person.limit, person.handles)
            pages.setdefault((False, name), page)
    return Resolution(tuple(pages.values()), tuple(nobody))


def channel_chain(channels: Iterable[str], fallbacks: Mapping[str, str]) -> tuple[str, ...]:
    """`channels` in order, each followed by its fallbacks; each channel once."""
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


def binding_limit(
    page: PageTarget, limits: PageLimits, urgency: int, *, escalation: bool = False
) -> BindingLimit | None:
    """The limit of a page: that of the channel, of the person, or of everybody."""
    if page.is_channel:
        limit, whom = limits.channels.get(page.recipient), page.target
    else:
        limit, whom = page.limit or limits.person, as_person(page.recipient)
    if limit is None:
        return None
    return BindingLimit(whom=whom, limit=limit, urgency=urgency, escalation=escalation)


def withdrawable(delivery: Delivery, withdrawal: Withdrawal) -> bool:
    """Whether a page need no longer be sent."""
    of_ladder = delivery.bound is not None and delivery.bound.escalation
    stays = not (delivery.until_answered or of_ladder)
    page = delivery.message.kind is MessageKind.PAGE
    return page and withdrawal.covers(stays=stays, clocks=delivery.clocks)


def leave_for(delivery: Delivery) -> AskLeave | None:
    """The request to send a page; None if no limit applies."""
    sent = delivery.message
    if delivery.bound is None:
        return None
    return AskLeave(
        key=sent.key,
        incident_id=sent.incident_id,
        subject=sent.subject[:MOST_OF_A_SUBJECT],
        severity=sent.severity,
        bound=delivery.bound,
        channels=delivery.channels,
        address=sent.address,
        handles=sent.handles,
        withdraw=delivery.withdraw is not None,
    )
