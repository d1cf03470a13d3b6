"""The links of alerts, as everything shows them."""

from collections.abc import Iterable

from models.alert import Alert, AlertLink, followable

RUNBOOK, IN_MONITORING = "runbook", "monitoring"
"""The names of the links to what to do about an alert, and to where its sender shows it."""


def links_of(alert: Alert) -> tuple[AlertLink, ...]:
    """The links of an alert that people may follow: its runbook first, then where it is shown.

    They were checked when the alert came. They are checked again, because a record may come from
    anywhere, such as an archive.
    """
    first = ((RUNBOOK, alert.runbook_url), (IN_MONITORING, alert.link))
    own = followable(AlertLink(name=name, url=url) for name, url in first if url)
    return (*own, *followable(alert.links, besides=[link.url for link in own]))


def links_together(alerts: Iterable[Alert]) -> tuple[AlertLink, ...]:
    """The links of several alerts, each once; runbooks go first."""
    known: dict[str, AlertLink] = {}
    for alert in alerts:
        for link in links_of(alert):
            known.setdefault(link.url, link)
    return tuple(sorted(known.values(), key=lambda link: link.name != RUNBOOK))


def in_words(links: Iterable[AlertLink], separator: str) -> str:
    """Links as text, such as `runbook: https://...`."""
    return separator.join(f"{link.name}: {link.url}" for link in links)
