"""What waits for a subscriber is bounded, and so are the lines about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.compiled import Subscriber
from models.contracts.incident import IncidentInput
from rules.record.carried import size
from tests.specimens import POLICY, REPORT, START
from tests.workflows.bench import as_payload, bench
from workflows.incident.chores.subscribers import MOST_WAITING, WAITING_BYTES
from workflows.incident.workflow import IncidentWorkflow

GATE = Subscriber(name="gate", channel="hook", on=("all",))


@contextmanager
def busy(times: int, note: str = "") -> Iterator[IncidentWorkflow]:
    """An incident that was held and resumed so often before anything could leave."""
    with bench(START) as stage:
        policy = POLICY.changed(subscribers=(GATE,))
        start = IncidentInput(policy=policy, report=REPORT)
        incident = IncidentWorkflow(as_payload(start.model_dump_json()))
        for _ in range(times):
            stage.update("hold", f'{{"actor": "ana", "reason": "third_party", "note": "{note}"}}')
            stage.update("resume", f'{{"actor": "ana", "note": "{note}"}}')
        incident._launch()
        yield incident


def numbers(incident: IncidentWorkflow) -> list[int]:
    """The numbers of the lines that the subscriber must still get."""
    events = (owed.message.event for owed in incident.carried().events)
    return [event.data["sequence"] for event in events if event]


def test_each_decision_owes_its_events_at_once_in_order() -> None:
    """From the report on; the next run carries them."""
    with busy(3) as incident:
        kinds = [owed.message.reason for owed in incident.carried().events]
        assert kinds == ["incident.reported", *["incident.held", "incident.resumed"] * 3]
        assert numbers(incident) == sorted(numbers(incident))


def test_the_newest_events_are_kept_and_the_oldest_are_given_up() -> None:
    """A tool that comes back needs the present state most; ten times as many make one more line."""
    with busy(40) as incident:
        kept = numbers(incident)
        assert len(kept) == MOST_WAITING
        assert kept == sorted(kept)
        [gone] = incident.carried().unheard
        assert gone.given_up == 1 + 2 * 40 - MOST_WAITING
        lines = [e for e in incident.record().timeline if e.kind.startswith("event.")]
        assert [line.summary for line in lines] == [
            "event to gate by hook: incident.reported — failed: too many wait; given up",
            "event to gate by hook: incident.held — failed: too many wait; given up: 10 in a row",
        ]


def test_large_events_are_fewer() -> None:
    """What an incident carries has room for all subscribers."""
    with busy(20, "\\ud83d\\udca5" * 400) as incident:
        weight = sum(size(owed.message) for owed in incident.carried().events)
        assert WAITING_BYTES / 2 < weight <= WAITING_BYTES
