"""What waits for a tool is one line, however much it is."""

from models.compiled import Subscriber
from models.contracts.incident import Carried
from models.contracts.notifying import Delivery, Unheard
from rules.commands.view import view_of
from rules.updates.event_message import event_message
from rules.wording.times import in_utc
from rules.wording.waiting_events import waiting_events
from tests.specimens import POLICY, after, an_incident


def owed(subscriber: str) -> Delivery:
    """An event that a subscriber must still get."""
    incident, gate = an_incident(), Subscriber(name=subscriber, channel="hook", on=("all",))
    told = event_message(gate, incident.timeline[0], incident, after(1))
    return Delivery(message=told, channels=("hook",))


def test_each_tool_has_one_line_that_counts_what_waits_and_what_it_lost() -> None:
    """The view has each event; people need to know which tool does not answer."""
    unheard = (
        Unheard(subscriber="gate", since_at=after(2), given_up=3),
        Unheard(subscriber="board", since_at=after(4)),
    )
    carried = Carried(
        incident=an_incident(),
        policy=POLICY,
        events=(owed("gate"), owed("chat"), owed("gate")),
        unheard=unheard,
    )
    view = view_of(carried, after(9))
    assert len(view.undelivered) == 3
    assert list(waiting_events(view, in_utc)) == [
        "2 events to gate, which takes none since 2026-03-27 16:52:00 UTC; 3 given up",
        "0 events to board, which takes none since 2026-03-27 16:54:00 UTC",
        "1 event to chat",
    ]
