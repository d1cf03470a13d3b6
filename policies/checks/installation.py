"""What a policy names and an installation must know: its channels, feeds and people."""

from collections.abc import Callable, Collection, Iterable, Iterator

from models.policy import Policy
from policies.compiling.identities import identities_of
from policies.reading.findings import Check, Finding
from policies.reading.problems import Gravity
from policies.reading.tree import Loc
from rules.people.naming.identities import EMAIL

_FIELDS = {"webhook": "URL", "email": "HOST"}
_ANY_KIND = "KIND"


def setting_of(channel: str, kind: str) -> str:
    """The setting that defines a channel of this kind."""
    return _setting(channel, _FIELDS.get(kind, _ANY_KIND))


def _setting(channel: str, field: str) -> str:
    return f"INCIDENT_CHANNELS__{channel.upper().replace('-', '_')}__{field}"


def _instead(policy: Policy, names: Iterable[str]) -> str:
    """What to set, and which channels no setting can name."""
    settable = [name for name in names if name.lower().replace("_", "-") == name]
    others = [name for name in names if name not in settable]
    settings = ", ".join(setting_of(name, policy.channels[name].kind) for name in settable)
    calls = [f"call {name} {name.lower().replace('_', '-')}" for name in others]
    renamed = ", ".join(calls)
    why = f"{renamed}: names of settings ignore case and the difference of _ and -"
    return "; ".join((*((f"set {settings}",) if settable else ()), *((why,) if others else ())))


def _told(kind: str, names: tuple[str, ...]) -> str:
    return f"the {kind}{'s' * (len(names) != 1)} {', '.join(names)}"


def _unknown(kind: str, names: tuple[str, ...]) -> str:
    """The words that no setting says what these are."""
    return f"no setting says what {_told(kind, names)} {'is' if len(names) == 1 else 'are'}"


def channels_resolved(unresolved: Callable[[Iterable[str]], Collection[str]]) -> Check:
    """The check that settings resolve each channel; `unresolved` says which they do not."""

    def check(policy: Policy) -> Iterator[Finding]:
        names = tuple(unresolved(policy.channels))
        if names:
            what = _unknown("channel", names)
            yield Finding(
                ("channels",), what, _instead(policy, names), key=True, level=Gravity.NOTE
            )

    return check


def secrets_setting(channel: str) -> str:
    """The setting of the secrets that sign what a webhook posts."""
    return _setting(channel, "SECRETS")


def subscribed_channels(policy: Policy) -> tuple[str, ...]:
    """The channels by which subscribers get events."""
    told = policy.communication.subscribers.values() if policy.communication else ()
    return tuple(dict.fromkeys(entry.channel for entry in told))


def events_signed(unsigned: Callable[[Iterable[str]], Collection[str]]) -> Check:
    """The check that events leave; `unsigned` says which channels have no secret for them."""

    def check(policy: Policy) -> Iterator[Finding]:
        names = tuple(unsigned(subscribed_channels(policy)))
        if names:
            settings = ", ".join(map(secrets_setting, names))
            what = f"no event leaves by {_told('channel', names)}, because no secret signs it"
            loc: Loc = ("communication", "subscribers")
            yield Finding(loc, what, f"set {settings}", key=True, level=Gravity.NOTE)

    return check


def misunderstood(policy: Policy, kind_of: Callable[[str], str | None]) -> Iterator[Finding]:
    """Channels whose kind in the settings differs from the policy's kind.

    `kind_of` says what kind the settings make of a name, None if they do not know it.
    """
    for name, entry in policy.channels.items():
        made = kind_of(name)
        if made and made != entry.kind:
            what = f"the policy says {entry.kind}, the settings of {name} say {made}"
            instead = f"write {made} here, or change the settings"
            yield Finding(("channels", name, "kind"), what, instead)


def channels_as_set(kind_of: Callable[[str], str | None]) -> Check:
    """The check that the policy and the settings mean the same kind of channel."""
    return lambda policy: misunderstood(policy, kind_of)


def _ways_to_page(policy: Policy) -> Iterator[tuple[Loc, tuple[str, ...]]]:
    if policy.paging:
        yield ("paging", "channels"), policy.paging.channels
    for name, person in policy.people.items():
        if person.page_by:
            yield ("people", name, "page_by"), person.page_by


def pages_arrive(can_page: Callable[[str], bool]) -> Check:
    """The check that people are paged over a channel that reaches them.

    `can_page` says whether a kind of channel does.
    """

    def check(policy: Policy) -> Iterator[Finding]:
        for loc, names in _ways_to_page(policy):
            known = [policy.channels[name] for name in names if name in policy.channels]
            if known and not any(can_page(entry.kind) for entry in known):
                kinds = " and ".join(dict.fromkeys(entry.kind for entry in known))
                what = f"a page over {', '.join(names)} reaches nobody: {kinds} cannot page"
                yield Finding(loc, what, "name a webhook or an e-mail", level=Gravity.NOTE)

    return check


def feed_setting(feed: str) -> str:
    """The setting that locates a calendar feed."""
    return f"INCIDENT_FEEDS__{feed.upper().replace('-', '_')}__URL"


def feeds_resolved(unresolved: Callable[[Iterable[str]], Collection[str]]) -> Check:
    """The check that settings resolve each feed; `unresolved` says which they do not."""

    def check(policy: Policy) -> Iterator[Finding]:
        feeds = (entry.ical.feed for entry in policy.schedules.values() if entry.ical)
        names = tuple(unresolved(feeds))
        if names:
            settings = ", ".join(map(feed_setting, names))
            instead = f"set {settings}, or __PATH of a file instead of __URL"
            what = _unknown("feed", names)
            yield Finding(("schedules",), what, instead, key=True, level=Gravity.NOTE)

    return check


def people_identified(claim: str) -> Check:
    """The check that everybody can log in at an OpenID provider, which knows them by `claim`."""

    def check(policy: Policy) -> Iterator[Finding]:
        known = identities_of(policy)
        means = known.addresses if claim == EMAIL else known.listed
        names = tuple(name for name in policy.people if name not in means.values())
        if names:
            who = ", ".join(names)
            what = f"{who} cannot log in at the OpenID provider: no {claim} means them alone"
            own = "an email of their own, or identities" if claim == EMAIL else "identities"
            yield Finding(("people",), what, f"give each {own}", key=True, level=Gravity.NOTE)

    return check
