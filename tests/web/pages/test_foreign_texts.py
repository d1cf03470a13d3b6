"""What a stranger wrote is text in a page, and steers nothing around it."""

from html.parser import HTMLParser

from hypothesis import given

from models.alert import Alert, AlertLink, AlertRecord, AlertStatus
from models.contracts.incident import Carried
from rules.commands.view import view_of
from rules.wording.times import stamp
from tests.foreign_texts import FOREIGN
from tests.specimens import POLICY, after, an_incident
from web.pages.rendering import Pages
from web.pages.summary import seen_by


class Tags(HTMLParser):
    """The tags of a page, with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.text += data


def page(text: str) -> Tags:
    """A page that says something foreign."""
    rendered = Pages("").render("note.html", heading=text, lines=[text, text])
    return Tags(bytes(rendered.body).decode())


@given(FOREIGN)
def test_a_text_adds_no_tag_and_no_character_that_steers_others(text: str) -> None:
    """Neither in a heading nor in a line; the order of reading stays ours, too."""
    found = page(text)
    assert found.tags == page("x").tags
    assert set(found.text).isdisjoint("\x00\x1b\u202e\u2066\u200b")


def test_links_of_alerts_are_text_that_people_may_follow() -> None:
    """They tell the other side nothing; a bad one is not there, and its alert is."""
    bad = AlertLink(name="x", url="javascript:alert(1)")
    alert = Alert(
        fingerprint="f",
        name="DiskFull",
        status=AlertStatus.FIRING,
        started_at=after(0),
        runbook_url="https://wiki.example.org/r",
        link='https://prom.example.org/graph?g0="><script>',
        links=(AlertLink(name="<b>logs</b>", url="https://logs.example.org/q"),),
    )
    alert = alert.changed(links=(*alert.links, bad))
    record = AlertRecord(alert=alert, first_seen_at=after(0), last_seen_at=after(0))
    incident = an_incident().changed(alerts={"f": record})
    view = view_of(Carried(policy=POLICY, incident=incident), after(1))
    rendered = Pages("").render("alerts.html", alerts=seen_by("ana", view, stamp).alerts)
    found = Tags(bytes(rendered.body).decode())
    links = [dict(attrs) for tag, attrs in found.tags if tag == "a"]
    assert {link["rel"] for link in links} == {"noopener noreferrer nofollow"}
    assert [link["href"] for link in links] == [
        "https://wiki.example.org/r",
        'https://prom.example.org/graph?g0="><script>',
        "https://logs.example.org/q",
    ]
    assert "".join(found.text.split()) == "AlertsDiskFullrunbookmonitoring<b>logs</b>"
