"""Writes what was played as expectations, to paste into a scenario and shorten."""

import json
from collections.abc import Iterator
from datetime import timedelta

from models.time.clock import ClockReading, ClockStatus, Counted
from models.time.clock_name import of_updates
from rehearsal.results.played import Played, ReceivedMessage
from rehearsal.scenarios.phrases import offset_words


def expectations(played: Played) -> str:
    """The section `expect` of a scenario that goes as this one went."""
    return "\n".join(("expect:", *(f"  - {{ {item} }}" for item in _items(played))))


def _items(played: Played) -> Iterator[str]:
    many = len(played.incidents) > 1
    for said, whom in _together(played).values():
        named = f", incident: {said.incident}" if many else ""
        at = offset_words(said.at, played.starts)
        yield f"at: {at}, {said.kind}: {_listed(whom)}, because: {_text(said.because)}{named}"
    for refused in played.refused:
        at = offset_words(refused.at, played.starts)
        yield f"at: {at}, refused: {refused.what}, by: {_text(refused.by)}"
    for incident in played.incidents:
        named = f"incident: {incident.name}, " if many else ""
        for reading in incident.end.clocks:
            if not of_updates(reading.clock):
                yield f"{named}clock: {reading.clock}, {_outcome(reading)}"
        for metric in incident.end.metrics:
            if metric.stopped_at:
                yield f"{named}metric: {metric.metric}, elapsed: {_length(metric.elapsed, metric)}"
        yield f"{named}state: {incident.end.state}"
        yield f"{named}severity: {_text(incident.end.severity)}"


def _together(played: Played) -> dict[tuple[object, ...], tuple[ReceivedMessage, list[str]]]:
    """Group what several people were told at once, for one reason, into one line."""
    lines: dict[tuple[object, ...], tuple[ReceivedMessage, list[str]]] = {}
    for said in played.said:
        key = (said.at, said.kind, said.because, said.incident)
        lines.setdefault(key, (said, []))[1].append(said.who)
    return lines


def _outcome(reading: ClockReading) -> str:
    run = f"run: {reading.run}, " if reading.run > 1 else ""
    stopped = reading.stopped_at is not None
    elapsed = f", elapsed: {_length(reading.elapsed, reading)}" if stopped else ""
    late = reading.status is ClockStatus.BREACHED and stopped and reading.late_by
    late_by = f", late_by: {_length(late, reading)}" if late else ""
    cancelled = reading.stage.value == "cancelled" and reading.status is not ClockStatus.BREACHED
    status = "cancelled" if cancelled else reading.status.value
    return f"{run}status: {status}{elapsed}{late_by}"


def _length(length: timedelta, reading: Counted) -> str:
    return offset_words(length, days=reading.measure.has_days)


def _listed(names: list[str]) -> str:
    return _text(names[0]) if len(names) == 1 else f"[{', '.join(map(_text, names))}]"


def _text(text: str) -> str:
    """A text as YAML, quoted unless it is a plain word."""
    plain = text.replace("_", "").replace(" ", "").replace("-", "").isalnum()
    return text if plain and text == text.strip() and not text[0].isdigit() else json.dumps(text)
