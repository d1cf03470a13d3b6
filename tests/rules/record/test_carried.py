"""What a run carries on."""

from rules.record.carried import SEGMENT_BYTES, in_segments, older_entries
from rules.record.ledger import note
from tests.specimens import ANA, after, an_incident


def test_a_long_timeline_leaves_in_parts_that_temporal_takes() -> None:
    """Hundreds of long notes in one run weigh more than an activity may be given."""
    incident = an_incident()
    for number in range(300):
        incident = note(incident, "hold", "x", actor=ANA, now=after(number), note="\u706b" * 4000)
    older = older_entries(incident)
    assert older is not None
    parts = in_segments(older)
    assert tuple(entry for part in parts for entry in part) == older
    sizes = [sum(len(e.model_dump_json().encode()) for e in part) for part in parts]
    assert max(sizes) <= SEGMENT_BYTES < sum(sizes)
