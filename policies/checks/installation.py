"""What a policy names and an installation must know: its channels and feeds."""

from collections.abc import Callable, Collection, Iterable, Iterator

from models.policy import Policy
from policies.findings import Check, Finding, warning

_FIELDS = {"webhook": "URL", "email": "HOST"}
_ANY_KIND = "KIND"


def setting_of(channel: str, kind: str) -> str:
    """The setting that says what a channel of this kind is."""
    name = channel.upper().replace("-", "_")
    return f"INCIDENT_CHANNELS__{name}__{_FIELDS.get(kind, _ANY_KIND)}"


def _instead(channel: str, kind: str) -> str:
    known = channel.lower().replace("_", "-")
    if known != channel:
        return f"call it {known}: names of settings tell neither capitals nor _ and - apart"
    return f"set {setting_of(channel, kind)}"


def channels_resolved(unresolved: Callable[[Iterable[str]], Collection[str]]) -> Check:
    """The check that settings resolve each channel; `unresolved` says which they do not."""

    def check(policy: Policy) -> Iterator[Finding]:
        for name in unresolved(policy.channels):
            what = f"channel {name}: no setting resolves it"
            instead = _instead(name, policy.channels[name].kind)
            yield warning(("channels", name), what, instead, key=True)

    return check


def feed_setting(feed: str) -> str:
    """The setting that says where a calendar feed is."""
    return f"INCIDENT_FEEDS__{feed.upper().replace('-', '_')}__URL"


def feeds_resolved(unresolved: Callable[[Iterable[str]], Collection[str]]) -> Check:
    """The check that settings resolve each feed; `unresolved` says which they do not."""

    def check(policy: Policy) -> Iterator[Finding]:
        for name, entry in policy.schedules.items():
            if entry.ical and unresolved([entry.ical.feed]):
                what = f"feed {entry.ical.feed}: no setting resolves it"
                instead = f"set {feed_setting(entry.ical.feed)}, or __PATH of a file"
                yield warning(("schedules", name, "ical"), what, instead, key=True)

    return check
