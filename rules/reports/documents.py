"""Which report is written next, and what the record says once it is written, or is not."""

from datetime import datetime

from models.base import ENGINE
from models.contracts.documents import DocumentWritten
from models.incident.record import INCIDENT_REPORT, Document, Incident
from models.incident.timeline import EntryKind
from rules.record.ledger import note


def next_report(incident: Incident, due: tuple[str, ...]) -> str:
    """The name of a further report, after those that are written and those that are due."""
    written = sum(document.name == INCIDENT_REPORT for document in incident.documents)
    return f"report-{written + len(due) + 1}"


def again(name: str) -> str:
    """The name under which a report is tried again.

    The store may hold it although no answer came. The next attempt is made from a record that has
    moved on, so it takes another name.
    """
    return f"{name}-again"


def with_report(incident: Incident, name: str, written: DocumentWritten, now: datetime) -> Incident:
    """The record with a report that was written."""
    kept = Document(name=INCIDENT_REPORT, uri=written.uri, at=now, sha256=written.sha256)
    return note(
        incident.changed(documents=(*incident.documents, kept)),
        EntryKind.DOCUMENT_WRITTEN,
        f"{name} is at {written.uri}",
        actor=ENGINE,
        now=now,
        sha256=written.sha256,
    )


def without_report(incident: Incident, name: str, now: datetime) -> Incident:
    """The record once a report could not be written for now."""
    words = f"{name} could not be written; tried again in a minute"
    return note(incident, EntryKind.DOCUMENT_DELAYED, words, actor=ENGINE, now=now)
