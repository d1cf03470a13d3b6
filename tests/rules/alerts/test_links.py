"""The links of alerts: only those that people may follow, few, short, and the runbook first."""

import pytest

from models.alert import (
    LINK_NAME_BOUND,
    MOST_LINKS,
    MOST_OF_LINKS,
    Alert,
    AlertLink,
    AlertStatus,
    followable,
)
from rules.alerts.links import in_words, links_of, links_together
from rules.alerts.words import without_labels
from tests.specimens import START

GOOD = "https://grafana.example.org/d/1"
RUNBOOK = "https://wiki.example.org/runbook"
GRAPH = "http://prom.example.org/graph"
BAD = (
    *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/x", "/graph", ""),
    *("https://host/\x1b[31m", "https://host/\u202ex", "https://host/a b", "https://host/\nx"),
    "https://host/" + "x" * 2000,
)


def named(*urls: str) -> tuple[AlertLink, ...]:
    """Links with these addresses."""
    return tuple(AlertLink(name=f"link {n}", url=url) for n, url in enumerate(urls))


def an_alert(**said: object) -> Alert:
    """An alert that fires."""
    fields = {"fingerprint": "f", "name": "n", "status": AlertStatus.FIRING, "started_at": START}
    return Alert.model_validate(fields | said)


@pytest.mark.parametrize("url", BAD)
def test_an_address_that_is_no_link_is_dropped_on_reading_and_on_rendering(url: str) -> None:
    """The alert itself is never lost; a record that was tampered with shows no such link."""
    read = an_alert(runbook_url=url, link=url, links=[{"name": "x", "url": url}])
    assert (read.runbook_url, read.link, read.links) == (None, None, ())
    tampered = read.changed(runbook_url=url, link=url, links=(AlertLink(name="x", url=url),))
    assert links_of(tampered) == ()


def test_a_login_in_a_link_is_removed() -> None:
    """It is a password, or a disguise."""
    told = "https://ana:secret@grafana.example.org/d/1"
    read = an_alert(runbook_url=told, links=[{"name": "d", "url": told}])
    assert (read.runbook_url, [link.url for link in read.links]) == (GOOD, [GOOD])
    tampered = an_alert().changed(runbook_url=told)
    assert links_of(tampered) == (AlertLink(name="runbook", url=GOOD),)


def test_of_many_links_the_first_five_are_kept() -> None:
    """What cannot be followed, or came before, takes no place."""
    ten = named(*(f"{GOOD}{n}" for n in range(10)))
    assert followable(ten) == ten[:MOST_LINKS]
    assert followable((*named(*BAD), *named(GOOD, GOOD), *ten[1:])) == (
        *named(GOOD)[:1],
        *ten[1:MOST_LINKS],
    )
    assert len(an_alert(links=[link.model_dump() for link in ten]).links) == MOST_LINKS


def test_links_are_bounded_together() -> None:
    """A link that does not fit is left out, never cut; names are cut, and are one line."""
    long = [f"{GOOD}{n}?" + "x" * 1500 for n in range(4)]
    kept = followable(named(*long, GOOD))
    assert [link.url for link in kept] == [*long[:2], GOOD]
    assert sum(len(link.url) for link in kept) <= MOST_OF_LINKS
    (link,) = followable([AlertLink(name="a\n\u202e" + "b" * 99, url=GOOD)])
    assert (link.name, len(link.name)) == ("a " + "b" * 38, LINK_NAME_BOUND)
    assert followable([AlertLink(name="\n", url=GOOD)])[0].name == "link"


def test_the_runbook_comes_first_then_where_the_alert_is_shown() -> None:
    """A link that an alert has twice is shown once."""
    alert = an_alert(runbook_url=RUNBOOK, link=GRAPH, links=named(GRAPH, GOOD))
    assert in_words(links_of(alert), ", ") == (
        f"runbook: {RUNBOOK}, monitoring: {GRAPH}, link 1: {GOOD}"
    )
    other = an_alert(runbook_url=f"{RUNBOOK}2", link=GRAPH)
    assert [link.url for link in links_together([alert, other])] == [
        *(RUNBOOK, f"{RUNBOOK}2", GRAPH, GOOD)
    ]


def test_an_alert_without_new_links_is_stored_as_before() -> None:
    """The weight of older alerts stays the same, so older histories decide the same."""
    stored = an_alert(link=GRAPH).model_dump(mode="json")
    assert not {"runbook_url", "links"} & stored.keys()
    full = an_alert(link=GRAPH, runbook_url=RUNBOOK, links=named(GOOD))
    assert Alert.model_validate(full.model_dump(mode="json")) == full
    assert links_of(without_labels(full)) == ()
