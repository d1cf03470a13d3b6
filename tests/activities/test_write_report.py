"""write_report and archive_timeline against a real document store."""

import json
import threading
from hashlib import sha256
from typing import Any

import pytest
from pydantic import TypeAdapter
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.archive_timeline import ArchiveTimelineActivity
from activities.write_report import WriteIncidentReportActivity
from connectors.documents.local import LocalDocumentStore
from models.contracts.archive import ArchiveTimeline
from models.contracts.documents import DocumentWritten, IncidentReportWanted
from models.incident.record import Incident, TimelineEntry, TimelineSegment
from rules.clocks.clocks import read_clocks
from rules.incident_reports.document import incident_report_markdown
from tests.specimens import POLICY, a_diagnosed_incident, after

PATH = "incidents/INC-260327-TEST/report-1"
ENTRIES = TypeAdapter(tuple[TimelineEntry, ...])


def request(incident: Incident, minute: float = 60) -> IncidentReportWanted:
    """A request for the report of `incident`, so many minutes after its start."""
    return IncidentReportWanted(
        incident=incident, policy=POLICY, name="report-1", now=after(minute)
    )


async def written(
    environment: ActivityEnvironment, documents: LocalDocumentStore, what: IncidentReportWanted
) -> DocumentWritten:
    """Where the report went."""
    return await environment.run(WriteIncidentReportActivity(documents).write_report, what)


async def archived(
    environment: ActivityEnvironment, documents: LocalDocumentStore, incident: Incident, count: int
) -> Incident:
    """The incident with its first entries moved to the store."""
    older, newer = incident.timeline[:count], incident.timeline[count:]
    segment = await environment.run(
        ArchiveTimelineActivity(documents).archive_timeline,
        ArchiveTimeline(
            incident_id=incident.id,
            first_seq=older[0].seq,
            last_seq=older[-1].seq,
            entries_json=ENTRIES.dump_json(older).decode(),
        ),
    )
    return incident.changed(timeline=newer, segments=(segment,))


async def test_a_report_is_written_in_words_beside_the_event_loop(
    environment: ActivityEnvironment,
    documents: LocalDocumentStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All pages of the worker wait for that loop."""
    threads: list[threading.Thread] = []

    def rendered(*given: Any) -> str:
        threads.append(threading.current_thread())
        return incident_report_markdown(*given)

    monkeypatch.setattr("activities.write_report.incident_report_markdown", rendered)
    await written(environment, documents, request(a_diagnosed_incident()))
    assert threads
    assert threading.main_thread() not in threads


async def test_the_report_is_kept_as_markdown_and_json(
    environment: ActivityEnvironment, documents: LocalDocumentStore
) -> None:
    """The Markdown follows the rules; the JSON holds record, policy, clocks and instant."""
    incident = a_diagnosed_incident()
    answer = await written(environment, documents, request(incident))
    readings = read_clocks(POLICY, incident, after(60))
    text = await documents.get(f"{PATH}.md")
    assert text.decode() == incident_report_markdown(incident, POLICY, readings, after(60))
    assert answer == DocumentWritten(
        name="report-1",
        uri=(documents.root / f"{PATH}.md").as_uri(),
        sha256=sha256(text).hexdigest(),
    )
    kept = json.loads(await documents.get(f"{PATH}.json"))
    assert Incident.model_validate(kept["incident"]) == incident
    assert kept["policy"]["policy_hash"] == POLICY.policy_hash
    assert [clock["clock"] for clock in kept["clocks"]] == [read.clock for read in readings]


async def test_a_report_whose_result_was_lost_stands(
    environment: ActivityEnvironment, documents: LocalDocumentStore
) -> None:
    """A later attempt under the same name, with a newer record, finds the report of the first."""
    first = await written(environment, documents, request(a_diagnosed_incident()))
    again = await written(environment, documents, request(a_diagnosed_incident(), minute=75))
    assert again == first


async def test_a_report_half_written_is_completed_from_its_json(
    environment: ActivityEnvironment, documents: LocalDocumentStore
) -> None:
    """An attempt that died between the two files leaves one report, not two halves of two."""
    first = await written(environment, documents, request(a_diagnosed_incident()))
    (documents.root / f"{PATH}.md").unlink()
    again = await written(environment, documents, request(a_diagnosed_incident(), minute=75))
    assert again == first


def forged(change: dict[str, Any]) -> bytes:
    """The JSON of a report that says something else than the record."""
    incident = a_diagnosed_incident()
    what = request(incident.changed(**change)).model_dump(mode="json")
    return json.dumps(what).encode()


@pytest.mark.parametrize(
    "lies_there",
    [
        b'{"version": 0}',
        b"not JSON",
        forged({"id": "INC-260327-OTHER"}),
        forged({"severity": "SEV3"}),
        forged({"milestones": ()}),
        forged({"timeline": a_diagnosed_incident().timeline[:3]}),
    ],
)
async def test_another_file_at_the_place_of_the_report_is_not_taken_for_it(
    environment: ActivityEnvironment, documents: LocalDocumentStore, lies_there: bytes
) -> None:
    """If version, incident or record differ, it is left alone, and the report goes beside it."""
    for ending in ("json", "md"):
        await documents.put(f"{PATH}.{ending}", lies_there)
    answer = await written(environment, documents, request(a_diagnosed_incident()))
    assert await documents.get(f"{PATH}.json") == lies_there
    (kept,) = documents.root.glob(f"{PATH}-*.json")
    assert IncidentReportWanted.model_validate(
        {k: v for k, v in json.loads(kept.read_bytes()).items() if k != "clocks"}
    ) == request(a_diagnosed_incident())
    (text,) = documents.root.glob(f"{PATH}-*.md")
    assert (text.as_uri(), sha256(text.read_bytes()).hexdigest()) == (answer.uri, answer.sha256)
    assert "INC-260327-TEST" in text.read_text()


async def test_archived_entries_come_back_into_the_report(
    environment: ActivityEnvironment, documents: LocalDocumentStore
) -> None:
    """The report has the whole timeline, including the part that left the record."""
    whole = a_diagnosed_incident()
    short = await archived(environment, documents, whole, 3)
    assert len(short.timeline) == len(whole.timeline) - 3
    await written(environment, documents, request(short))
    kept = json.loads(await documents.get(f"{PATH}.json"))
    assert ENTRIES.validate_python(kept["incident"]["timeline"]) == whole.timeline
    assert kept["incident"]["segments"] == []


@pytest.mark.parametrize("damage", ["missing", "changed"])
async def test_a_damaged_segment_is_named_in_the_report(
    environment: ActivityEnvironment, documents: LocalDocumentStore, damage: str
) -> None:
    """Missing or changed entries do not appear as if they were the archived ones."""
    short = await archived(environment, documents, a_diagnosed_incident(), 3)
    path = documents.root / "incidents/INC-260327-TEST/timeline/1-3.json"
    path.unlink()
    if damage == "changed":
        path.write_text("[]")
    await written(environment, documents, request(short))
    text = (await documents.get(f"{PATH}.md")).decode()
    assert f"Entries 1 to 3 are kept in {short.segments[0].uri}" in text


async def test_a_segment_is_kept_under_its_numbers(
    environment: ActivityEnvironment, documents: LocalDocumentStore
) -> None:
    """The segment names where its entries are, which they are, and their hash."""
    short = await archived(environment, documents, a_diagnosed_incident(), 3)
    path = "incidents/INC-260327-TEST/timeline/1-3.json"
    assert short.segments == (
        TimelineSegment(
            uri=(documents.root / path).as_uri(),
            sha256=sha256(await documents.get(path)).hexdigest(),
            first_seq=1,
            last_seq=3,
        ),
    )


async def test_a_store_that_cannot_be_written_is_retryable(
    environment: ActivityEnvironment, documents: LocalDocumentStore
) -> None:
    """The failure is retryable and does not name the path."""
    (documents.root / "incidents").write_text("in the way")
    with pytest.raises(ApplicationError) as raised:
        await written(environment, documents, request(a_diagnosed_incident()))
    assert not raised.value.non_retryable
    assert str(documents.root) not in str(raised.value)


async def test_other_entries_under_the_same_numbers_lie_beside(
    environment: ActivityEnvironment, documents: LocalDocumentStore
) -> None:
    """An archive is never overwritten, and foreign content never counts as ours."""
    place = "incidents/INC-260327-TEST/timeline/1-3.json"
    await documents.put(place, b"[]")
    whole = a_diagnosed_incident()
    short = await archived(environment, documents, whole, 3)
    assert await documents.get(place) == b"[]"
    await written(environment, documents, request(short))
    kept = json.loads(await documents.get(f"{PATH}.json"))
    assert ENTRIES.validate_python(kept["incident"]["timeline"]) == whole.timeline


@pytest.mark.parametrize("ending", ["json", "md"])
async def test_a_huge_file_in_the_place_of_a_report_is_left_alone(
    environment: ActivityEnvironment, documents: LocalDocumentStore, ending: str
) -> None:
    """The report is written beside it, and the file is never read: it is a tebibyte."""
    file = documents.root / f"{PATH}.{ending}"
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        stream.truncate(1 << 40)
    answer = await written(environment, documents, request(a_diagnosed_incident()))
    assert answer.uri.startswith((documents.root / PATH).as_uri())
    assert file.stat().st_size == 1 << 40


async def test_a_huge_file_in_the_place_of_old_lines_is_no_segment(
    environment: ActivityEnvironment, documents: LocalDocumentStore
) -> None:
    """The report says that these lines cannot be read."""
    incident = await archived(environment, documents, a_diagnosed_incident(), 2)
    (file,) = (documents.root / "incidents").rglob("timeline/*.json")
    with file.open("wb") as stream:
        stream.truncate(1 << 40)
    answer = await written(environment, documents, request(incident))
    assert b"Entries 1 to 2 are kept in" in await documents.get(
        answer.uri[len(documents.root.as_uri()) + 1 :]
    )
