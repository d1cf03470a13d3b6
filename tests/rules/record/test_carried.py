"""What a run carries on."""

from hashlib import sha256

import pytest
from pydantic_core import to_json

from models.contracts.incident import Carried, IncidentInput
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from rules.record.carried import (
    CARRIED_BYTES,
    KEPT_BYTES,
    SEGMENT_BYTES,
    as_json,
    for_an_answer,
    in_segments,
    older_entries,
    size,
    small_enough_for_an_activity,
    small_enough_for_the_next_run,
)
from rules.record.timeline import note
from tests.specimens import ANA, POLICY, a_diagnosed_incident, after, an_incident

HELD = EntryKind.INCIDENT_HELD


def test_a_long_timeline_leaves_in_parts_that_temporal_takes() -> None:
    """Hundreds of long notes in one run are too large for one activity."""
    incident = an_incident()
    for number in range(300):
        incident = note(incident, HELD, "x", actor=ANA, now=after(number), reason="\u706b" * 4000)
    older = older_entries(incident)
    assert older is not None
    parts = in_segments(older)
    assert tuple(entry for part in parts for entry in part) == older
    sizes = [sum(len(e.model_dump_json().encode()) for e in part) for part in parts]
    assert max(sizes) <= SEGMENT_BYTES < sum(sizes)


FIRE = "\U0001f525"
NOW = after(2000)


def heavy(text: str, lines: int = 300) -> Incident:
    """An incident with a long timeline."""
    incident = an_incident()
    for number in range(lines):
        incident = note(incident, HELD, "x", actor=ANA, now=after(number), reason=text)
    return incident


@pytest.mark.parametrize("text", [FIRE * 200, "\x01" * 200, '"' * 400, "\u706b" * 250])
def test_a_timeline_is_weighed_in_bytes_as_it_is_encoded(text: str) -> None:
    """Letters of several bytes, and characters that JSON escapes, count in full."""
    older = older_entries(heavy(text))
    assert older
    left = sum(size(entry) for entry in heavy(text).timeline[len(older) :])
    assert left <= KEPT_BYTES


@pytest.mark.parametrize("text", [FIRE * 4000, "\x01" * 4000, "a" * 8000])
def test_lines_that_cannot_be_carried_stay_in_the_history_and_are_named(text: str) -> None:
    """The newest lines are carried; for the others, their place and content are named."""
    incident = heavy(text)
    carried = Carried(incident=incident, policy=POLICY)
    assert size(carried) > CARRIED_BYTES
    lighter = small_enough_for_the_next_run(carried, "run-1", NOW)
    assert lighter
    assert len(to_json(IncidentInput(carried=lighter))) <= CARRIED_BYTES + 1000
    segment = lighter.incident.segments[-1]
    gone = incident.timeline[: segment.last_seq]
    assert (segment.first_seq, segment.uri) == (1, f"temporal:{incident.id}/run-1")
    assert segment.sha256 == sha256(as_json(gone).encode()).hexdigest()
    assert lighter.incident.timeline[0].seq == segment.last_seq + 1
    assert lighter.incident.timeline[-1].kind == "timeline.left"
    assert f"1 to {segment.last_seq}" in lighter.incident.timeline[-1].summary


def test_results_and_labels_go_last_and_the_newest_results_stay() -> None:
    """Other large parts go first, in a fixed order; whatever fits is carried as it is."""
    carried = Carried(incident=an_incident(), policy=POLICY)
    assert small_enough_for_the_next_run(carried, "run-1", NOW) == carried
    results = {f"id-{number}": '"' * 6000 for number in range(500)}
    lighter = small_enough_for_the_next_run(carried.changed(processed=results), "run-1", NOW)
    assert lighter
    assert 10 < len(lighter.processed) < 40
    assert list(lighter.processed)[-1] == "id-499"


def test_a_record_that_no_run_can_carry_is_carried_by_none() -> None:
    """The run goes on instead, and drops nothing that is still owed."""
    texts = {f"{number}": "x" * 100_000 for number in range(20)}
    incident = an_incident().changed(report=an_incident().report.changed(attributes=texts))
    assert (
        small_enough_for_the_next_run(Carried(incident=incident, policy=POLICY), "run-1", NOW)
        is None
    )


def test_a_report_is_written_from_a_record_that_an_activity_takes() -> None:
    """A timeline of megabytes is too large for an activity."""
    assert size(small_enough_for_an_activity(heavy(FIRE * 4000), "run-1", NOW)) < CARRIED_BYTES
    light = heavy("a")
    assert small_enough_for_an_activity(light, "run-1", NOW) is light


def test_an_answer_never_holds_a_timeline_that_temporal_would_refuse() -> None:
    """Of a very long one, the newest lines; a usual one comes whole."""
    usual = a_diagnosed_incident()
    assert for_an_answer(usual) is usual
    lines = tuple(
        usual.timeline[0].changed(seq=number, data={"note": "\U0001f525" * 4000})
        for number in range(1, 300)
    )
    answer = for_an_answer(usual.changed(timeline=lines))
    assert size(answer) < 1024 * 1024
    assert answer.timeline[-1].seq == 299
