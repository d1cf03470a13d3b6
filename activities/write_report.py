"""write_report: writes the incident report to the document store, for people and programs.

Work that takes longer for a longer record runs in a thread, so that pages need not wait.
"""

import asyncio
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from temporalio import activity

from connectors.documents.protocol import (
    DocumentConflict,
    DocumentStore,
    DocumentTooLarge,
    put_beside,
    safe_name,
)
from connectors.errors import ConnectorError
from connectors.temporal_failures import store_failure
from incidents.kept.timelines import with_whole_timeline
from models.contracts.documents import WRITE_REPORT, DocumentWritten, IncidentReportWanted
from rules.clocks.clocks import read_clocks
from rules.incident_reports.document import incident_report_markdown

log = structlog.get_logger(__name__)

_REPORT = TypeAdapter(dict[str, Any])
_FIELDS = tuple(IncidentReportWanted.model_fields)


def _as_json(request: IncidentReportWanted) -> bytes:
    readings = read_clocks(request.policy, request.incident, request.now)
    report = request.model_dump(mode="json")
    clocks = [reading.model_dump(mode="json") for reading in readings]
    return to_json({**report, "clocks": clocks}, indent=1)


def _as_markdown(report: IncidentReportWanted) -> str:
    readings = read_clocks(report.policy, report.incident, report.now)
    return incident_report_markdown(report.incident, report.policy, readings, report.now)


def _from_json(data: bytes) -> IncidentReportWanted | None:
    """The report in `data`; None if another version of the engine wrote it."""
    try:
        report = _REPORT.validate_json(data)
        return IncidentReportWanted.model_validate({name: report.get(name) for name in _FIELDS})
    except ValidationError:
        return None


class WriteIncidentReportActivity:
    """Writes `incidents/<id>/<name>.json`, then the `.md` that follows from it.

    A name is written once. If an earlier attempt wrote it and its result was lost, that report
    stands; what is missing is written from its JSON. Other documents there are left alone, and the
    report is written beside them.
    """

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    @activity.defn(name=WRITE_REPORT)
    async def write_report(self, request: IncidentReportWanted) -> DocumentWritten:
        """Write the report as of `now`; returns the path of the Markdown."""
        incident_id = safe_name(request.incident.id)
        path = f"incidents/{incident_id}/{safe_name(request.name)}"
        try:
            whole = await with_whole_timeline(self._documents, request.incident)
            request = request.changed(incident=whole)
            kept = await self._kept(f"{path}.json", request)
            text = await asyncio.to_thread(_as_markdown, kept)
            written = await put_beside(self._documents, f"{path}.md", text.encode())
        except ConnectorError as error:
            raise store_failure(error) from None
        log.info("report.written", incident_id=request.incident.id, uri=written.uri)
        return DocumentWritten(name=request.name, uri=written.uri, sha256=written.sha256)

    async def _kept(self, path: str, request: IncidentReportWanted) -> IncidentReportWanted:
        ours = await asyncio.to_thread(_as_json, request)
        try:
            await self._documents.put(path, ours)
        except DocumentConflict:
            found = await self._found(path, 2 * len(ours))
            if found and _is_earlier_attempt(found, request):
                return found
            log.warning("report.foreign", incident_id=request.incident.id, path=path)
            await put_beside(self._documents, path, ours)
        return request

    async def _found(self, path: str, most: int) -> IncidentReportWanted | None:
        """The report that is there; None if it is none, or too large to be one of this record."""
        try:
            data = await self._documents.get(path, most)
        except DocumentTooLarge:
            return None
        return await asyncio.to_thread(_from_json, data)


def _is_earlier_attempt(found: IncidentReportWanted, request: IncidentReportWanted) -> bool:
    """Whether the document there is this report of this record, at an earlier instant."""
    same = found.changed(now=request.now) == request
    since = max((e.recorded_at for e in request.incident.timeline), default=found.now)
    return same and since <= found.now <= request.now
