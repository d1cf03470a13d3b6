"""Which audiences wait for a status update whose time is over."""

import pytest

from rules.updates.all_clocks import readings_of
from rules.updates.owed import owed_updates
from tests.specimens import POLICY, after, an_incident, done


@pytest.mark.parametrize(("minute", "owed"), [(1, ()), (10**4, ("stakeholders",))])
def test_an_update_is_owed_from_its_time_on(minute: int, owed: tuple[str, ...]) -> None:
    """To each audience with a cadence, until somebody posts it."""
    incident = done(an_incident(), "acknowledge", after(1))
    now = after(minute)
    assert owed_updates(readings_of(POLICY, incident, now), now) == owed
    told = done(incident, "post_update", now, text="We know more.")
    assert owed_updates(readings_of(POLICY, told, now), now) == ()
