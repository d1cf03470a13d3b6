"""What a deadline opens reports what it is about, and the record names it."""

from models.base import ENGINE
from rules.deadlines.linked_incidents import linked_incident, report_of, with_linked, without_linked
from tests.specimens import after, an_incident

LINKED = linked_incident("Tell the regulator", "aware 100%", "regulator", seed="s", now=after(5))


def test_an_incident_that_is_opened_reports_what_it_follows_from() -> None:
    """Its severity and systems; the incident before it, and the clocks that led to it."""
    of = an_incident()
    report = report_of(LINKED, of, after(5))
    assert (report.title, report.severity, report.reporter) == (
        "Tell the regulator",
        of.severity,
        ENGINE,
    )
    assert (report.previous_incident, report.opened_for) == (of.id, ("regulator",))
    assert report.affected_systems == of.report.affected_systems
    assert report.nature == f"aware 100% ({of.id}: {of.report.title})"
    assert len(report_of(LINKED.changed(reason="x" * 9000), of, after(5)).nature) == 8000


def test_the_same_seed_opens_the_same_incident() -> None:
    """A task that is done again names no second one."""
    args = ("Tell the regulator", "aware 100%", "regulator")
    assert linked_incident(*args, seed="s", now=after(6)).id == LINKED.id
    assert linked_incident(*args, seed="t", now=after(6)).id != LINKED.id


def test_the_record_names_what_it_led_to_once_that_is_open() -> None:
    """Until then a line says that it could not be opened."""
    delayed = without_linked(an_incident(), LINKED, after(5))
    assert (delayed.links, delayed.timeline[-1].kind) == ((), "linked.delayed")
    opened = with_linked(delayed, LINKED, after(6))
    (link,) = opened.links
    assert (link.relation, link.target) == ("led_to", LINKED.id)
    assert opened.timeline[-1].kind == "linked.opened"
    assert opened.timeline[-1].summary == f"{LINKED.id} opened: Tell the regulator: aware 100%"
