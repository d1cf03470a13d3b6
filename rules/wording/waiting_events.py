"""What waits for subscribers, in words."""

from collections import Counter
from collections.abc import Iterator

from models.answers.view import IncidentView
from rules.wording.times import Told


def waiting_events(view: IncidentView, told: Told) -> Iterator[str]:
    """A line for each subscriber that must still get events, or takes none."""
    waiting = Counter(owed.message.recipient for owed in view.undelivered if owed.message.event)
    unheard = {one.subscriber: one for one in view.unheard}
    for name in dict.fromkeys((*unheard, *waiting)):
        count = waiting[name]
        words = f"{count} event{'s' * (count != 1)} to {name}"
        if name in unheard:
            words += f", which takes none since {told(unheard[name].since_at)}"
            words += f"; {unheard[name].given_up} given up" * bool(unheard[name].given_up)
        yield words
