"""What a run carries on, and what is too old to be carried."""

from models.incident import Incident, Refusals, TimelineEntry, TimelineSegment

LIMIT_BYTES = 128 * 1024
"""A timeline that weighs more than this as JSON is shortened before it is carried."""
KEPT_BYTES = 32 * 1024
SEGMENT_BYTES = 512 * 1024
"""Temporal takes no input of more than 2 MiB, and ends a workflow that gives one."""
RECORD_LIMIT_BYTES = 96 * 1024
"""The most that people may write into one record, timeline aside. Longer texts are documents."""
ALERTS_KEPT = 2000
"""Of so many alerts an incident, or an alert group, knows; of others it knows that there are."""
ALERTS_IN_FULL = 50
"""Of further alerts an incident keeps who they are and whether they fire, without their labels."""


def too_heavy(incident: Incident) -> bool:
    """Whether the record weighs more than a run should carry, without what is bounded by itself."""
    return weight(incident) > RECORD_LIMIT_BYTES


def weight(incident: Incident) -> int:
    """What the record weighs in bytes of JSON, without what is bounded by itself."""
    aside = {"timeline": (), "alerts": {}, "refusals": Refusals()}
    return len(incident.model_copy(update=aside).model_dump_json())


def older_entries(incident: Incident) -> tuple[TimelineEntry, ...] | None:
    """The entries to move to the document store; None where the timeline is light enough."""
    sizes = [len(entry.model_dump_json()) for entry in incident.timeline]
    if sum(sizes) <= LIMIT_BYTES:
        return None
    kept = 0
    for place in range(len(sizes) - 1, -1, -1):
        kept += sizes[place]
        if kept > KEPT_BYTES:
            return incident.timeline[: place + 1] or None
    return None


def in_segments(entries: tuple[TimelineEntry, ...]) -> tuple[tuple[TimelineEntry, ...], ...]:
    """The entries in parts, none of which weighs more than one message to the store may."""
    parts: list[list[TimelineEntry]] = []
    room = 0
    for entry in entries:
        size = len(entry.model_dump_json().encode())
        if size > room:
            parts.append([])
            room = SEGMENT_BYTES
        parts[-1].append(entry)
        room -= size
    return tuple(map(tuple, parts))


def moved_out(incident: Incident, segment: TimelineSegment) -> Incident:
    """The record without the entries of `segment`, and with the way to them."""
    left = tuple(entry for entry in incident.timeline if entry.seq > segment.last_seq)
    return incident.model_copy(update={"timeline": left, "segments": (*incident.segments, segment)})
