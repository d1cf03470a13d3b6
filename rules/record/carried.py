"""The record that a run carries on, and what is too old to be carried."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import accumulate

from pydantic import BaseModel
from pydantic_core import to_json

from models.alert import AlertRecord
from models.base import ENGINE
from models.contracts.incident import Carried
from models.incident.record import Incident, Refusals, TimelineEntry, TimelineSegment
from models.incident.timeline import EntryKind
from rules.record.facts_of_lines import with_facts_of
from rules.record.timeline import note

BOUND_BYTES = 128 * 1024
"""A timeline heavier than this as JSON is shortened before it is carried."""
STORY_LENGTH = 256 * 1024
"""In characters: a run whose timeline grows by more continues as new, which shortens it."""
KEPT_BYTES = 32 * 1024
SEGMENT_BYTES = 512 * 1024
"""Temporal accepts no input of more than 2 MiB, and ends a workflow that sends one."""
REPORTED_BYTES = 1024 * 1024
"""The most that a report is written from: it leaves in one message with what else is ordered."""
CARRIED_BYTES = 1536 * 1024
"""A run carries on at most this much, and gives an activity at most this much."""
GIVEN_BYTES = 1920 * 1024
"""The most that an activity gets; with more, Temporal fails the workflow task."""
RESULTS_BYTES = 192 * 1024
"""The results of processed commands in a run that is too heavy weigh at most this much."""
RECORD_BOUND_BYTES = 96 * 1024
"""The most that people may write into one record, without timeline. Documents hold longer texts."""
ALERTS_KEPT = 1000
"""An incident or alert group knows this many alerts; of others it only knows that they exist."""
ALERTS_BYTES = 256 * 1024
"""These alerts weigh at most this much together. A run carries them in up to three places."""
ALERTS_IN_FULL_BYTES = 128 * 1024
"""Beyond this weight, further alerts keep only a short summary."""
ALERTS_IN_FULL = 50
"""Beyond this many, an incident keeps only the identity and the status of an alert."""


def too_heavy(incident: Incident) -> bool:
    """Whether the record is heavier than a run should carry, without parts that have own bounds."""
    return weight(incident) > RECORD_BOUND_BYTES


def weight(incident: Incident) -> int:
    """The weight of the record in bytes of JSON, without parts that have own bounds."""
    aside = incident.changed(
        timeline=(),
        alerts={},
        refusals=Refusals(),
        first_messages=(),
        requests=(),
        requested=(),
        report=incident.report.changed(alerts=()),
    )
    return size(aside)


def size(model: BaseModel) -> int:
    """The bytes of a model as JSON: a letter may have four, an escape six."""
    return len(model.model_dump_json().encode())


def cut_to_bytes(text: str, most: int) -> str:
    """The beginning of a text that fits into this many bytes of JSON."""
    if len(to_json(text)) <= most:
        return text
    sizes = accumulate(len(to_json(letter)) - 2 for letter in text)
    return "".join(letter for letter, size in zip(text, sizes, strict=True) if size <= most)


def older_entries(
    incident: Incident, *, bound: int | None = None
) -> tuple[TimelineEntry, ...] | None:
    """The entries to move to the document store; None if the timeline is light enough."""
    sizes = [size(entry) for entry in incident.timeline]
    if sum(sizes) <= (BOUND_BYTES if bound is None else bound):
        return None
    kept = 0
    for place in range(len(sizes) - 1, -1, -1):
        kept += sizes[place]
        if kept > KEPT_BYTES:
            return incident.timeline[: place + 1] or None
    return None


def story_length(incident: Incident) -> int:
    """About how many characters the timeline has."""
    return sum(
        len(entry.summary) + sum(len(said) for said in entry.data.values() if isinstance(said, str))
        for entry in incident.timeline
    )


def grew_long(incident: Incident, began_with: int) -> bool:
    """Whether the timeline grew enough since the run began with `began_with` characters."""
    return story_length(incident) - began_with > STORY_LENGTH


def for_an_answer(incident: Incident) -> Incident:
    """The record as a query gives it: of a very long timeline, only the newest lines.

    An answer leaves in one message with what the workflow orders. Temporal refuses a message of
    4 MiB, and with it the workflow task, at each attempt: whoever asks would stop the incident.
    The run shortens such a timeline soon, and then the older lines are in the document store.
    """
    if story_length(incident) <= STORY_LENGTH:
        return incident
    older = older_entries(incident)
    return incident if older is None else incident.changed(timeline=_after(incident, older[-1].seq))


def _after(incident: Incident, seq: int) -> tuple[TimelineEntry, ...]:
    return tuple(entry for entry in incident.timeline if entry.seq > seq)


def in_segments(entries: tuple[TimelineEntry, ...]) -> tuple[tuple[TimelineEntry, ...], ...]:
    """The entries in parts, each small enough for one message to the store."""
    parts: list[list[TimelineEntry]] = []
    room = 0
    for entry in entries:
        weighs = size(entry)
        if weighs > room:
            parts.append([])
            room = SEGMENT_BYTES
        parts[-1].append(entry)
        room -= weighs
    return tuple(map(tuple, parts))


def as_json(entries: tuple[TimelineEntry, ...]) -> str:
    """A part of the timeline as the store keeps it."""
    return "[" + ",".join(entry.model_dump_json() for entry in entries) + "]"


def moved_out(incident: Incident, segment: TimelineSegment) -> Incident:
    """The record without the entries of `segment`, but with a pointer to them and their facts."""
    gone = tuple(entry for entry in incident.timeline if entry.seq <= segment.last_seq)
    segments = (*incident.segments, segment)
    kept = with_facts_of(incident, gone)
    return kept.changed(timeline=_after(incident, segment.last_seq), segments=segments)


def in_history(incident_id: str, run_id: str) -> str:
    """The place of lines that only the history of a run has."""
    return f"temporal:{incident_id}/{run_id}"


def with_newest_entries(incident: Incident, run_id: str, now: datetime) -> Incident:
    """The record with only its newest entries; a segment says where the others are.

    The others exist only in the history of the run, until its archive takes them from there.
    """
    older = older_entries(incident, bound=KEPT_BYTES)
    if older is None:
        return incident
    segment = TimelineSegment(
        uri=in_history(incident.id, run_id),
        sha256=sha256(as_json(older).encode()).hexdigest(),
        first_seq=older[0].seq,
        last_seq=older[-1].seq,
    )
    words = f"lines {segment.first_seq} to {segment.last_seq} stay in the history of run {run_id}"
    why = "the document store refuses them"
    return note(
        moved_out(incident, segment),
        EntryKind.TIMELINE_LEFT,
        f"{words}: {why}",
        actor=ENGINE,
        now=now,
    )


def small_enough_for_an_activity(incident: Incident, run_id: str, now: datetime) -> Incident:
    """The record, small enough for an activity."""
    too_much = size(incident) > REPORTED_BYTES
    return with_newest_entries(incident, run_id, now) if too_much else incident


def small_enough_for_the_next_run(carried: Carried, run_id: str, now: datetime) -> Carried | None:
    """What a run carries on, small enough; None if that is impossible.

    Things that exist elsewhere go first: older timeline entries, then the content of alerts, then
    older results of commands.
    """
    for lighter in _ever_lighter(carried, run_id, now):
        if size(lighter) <= CARRIED_BYTES:
            return lighter
    return None


def _ever_lighter(carried: Carried, run_id: str, now: datetime) -> Iterator[Carried]:
    yield carried
    incident = with_newest_entries(carried.incident, run_id, now)
    carried = carried.changed(incident=incident)
    yield carried
    alerts = {name: _bare(alert) for name, alert in incident.alerts.items()}
    incident = incident.changed(alerts=alerts)
    carried = carried.changed(incident=incident)
    yield carried
    processed = _newest(carried.processed)
    given = {name: told for name, told in carried.given.items() if name in processed}
    yield carried.changed(processed=processed, given=given)


def _bare(record: AlertRecord) -> AlertRecord:
    """Only the identity and the status of an alert."""
    alert = record.alert
    short = alert.summary[:80]
    alert = alert.changed(labels={}, link=None, runbook_url=None, links=(), summary=short)
    return record.changed(alert=alert)


def _newest(processed: dict[str, str]) -> dict[str, str]:
    """The newest results, as many as there is room for."""
    room = RESULTS_BYTES
    kept: list[str] = []
    for name in reversed(processed):
        # Quotes are escaped twice: a result is JSON within JSON.
        room -= 2 * len(processed[name].encode()) + len(name.encode())
        if room < 0:
            break
        kept.append(name)
    return {name: processed[name] for name in reversed(kept)}
