"""Which incident report is written next, and what the record says once it is written, or is not."""

from datetime import datetime

from models.base import ENGINE
from models.contracts.documents import DocumentWritten
from models.incident.record import INCIDENT_REPORT, Document, Incident
from models.incident.timeline import EntryKind
from rules.record.timeline import note


def next_incident_report(incident: Incident, due: tuple[str, ...]) -> str:
    """The name of a further incident report, after those that are written or due."""
    written = sum(document.name == INCIDENT_REPORT for document in incident.documents)
    return f"report-{written + len(due) + 1}"


def name_of_next_try(name: str) -> str:
    """The name under which an incident report is tried again.

    The store may hold it although no answer came. The next attempt is made from a record that has
    moved on, so it takes another name.
    """
    return f"{name}-again"


def with_incident_report(
    incident: Incident, name: str, written: DocumentWritten, now: datetime
) -> Incident:
    """The record with an incident report that was written."""
    kept = Document(name=INCIDENT_REPORT, uri=written.uri, at=now, sha256=written.sha256)
    return note(
        incident.changed(documents=(*incident.documents, kept)),
        EntryKind.DOCUMENT_WRITTEN,
        f"{name} is at {written.uri}",
        actor=ENGINE,
        now=now,
        sha256=written.sha256,
    )


def without_incident_report(incident: Incident, name: str, now: datetime) -> Incident:
    """The record once an incident report could not be written for now."""
    words = f"{name} could not be written; tried again in a minute"
    return note(incident, EntryKind.DOCUMENT_DELAYED, words, actor=ENGINE, now=now)
