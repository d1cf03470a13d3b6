"""Writing the incident report to the document store."""

from models.base import Frozen, Instant
from models.compiled import CompiledPolicy
from models.incident.record import Incident

WRITE_REPORT = "write_report"


class IncidentReportWanted(Frozen):
    """Input of write_report: the incident report, as Markdown and JSON, in the document store."""

    incident: Incident
    policy: CompiledPolicy
    name: str
    now: Instant


class DocumentWritten(Frozen):
    """Where the document store keeps a document."""

    name: str
    uri: str
    sha256: str
