"""Reports are numbered, and the record says what became of each."""

from models.base import ENGINE
from models.contracts.documents import DocumentWritten
from rules.incident_reports.next_report import (
    name_of_next_try,
    next_incident_report,
    with_incident_report,
    without_incident_report,
)
from tests.specimens import after, an_incident

WRITTEN = DocumentWritten(name="report-1", uri="file:///r", sha256="a" * 64)


def test_a_further_report_comes_after_those_that_are_written_and_those_that_are_due() -> None:
    """Numbers are given out once, also while a report waits for the store."""
    incident = an_incident()
    assert next_incident_report(incident, ()) == "report-1"
    assert next_incident_report(incident, ("report-1",)) == "report-2"
    written = with_incident_report(incident, "report-1", WRITTEN, after(5))
    assert next_incident_report(written, ("report-2",)) == "report-3"


def test_a_report_that_is_written_is_on_the_record_with_its_digest() -> None:
    """The document, and a line that says where it is."""
    incident = with_incident_report(an_incident(), "report-1", WRITTEN, after(5))
    (kept,) = incident.documents
    assert (kept.name, kept.uri, kept.at, kept.sha256) == (
        "incident_report",
        "file:///r",
        after(5),
        "a" * 64,
    )
    line = incident.timeline[-1]
    assert (line.kind, line.summary, line.actor) == (
        "document.written",
        "report-1 is at file:///r",
        ENGINE,
    )
    assert line.data == {"sha256": "a" * 64}


def test_a_report_that_the_store_did_not_take_is_tried_again_under_another_name() -> None:
    """The store may hold it all the same, and the record has moved on since."""
    incident = without_incident_report(an_incident(), "report-1", after(5))
    assert incident.documents == ()
    assert incident.timeline[-1].kind == "document.delayed"
    assert name_of_next_try("report-1") == "report-1-again"
