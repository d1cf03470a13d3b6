"""Messages and reports tell times in the zone of the policy, and name it."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.schedules.calendars import with_calendars
from models.compiled import CompiledPolicy
from models.people.schedule import Duty, OnCall
from rules.clocks.clocks import read_clocks
from rules.incident_reports.document import incident_report_markdown
from rules.paging.messages import facts_for
from rules.people.on_call.words import by_schedule
from rules.wording.times import in_zone
from rules.zones.calendars import local_times
from tests.specimens import POLICY, START, after, an_incident

SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def in_berlin() -> CompiledPolicy:
    """The policy of an office in Berlin, as an incident carries it."""
    return with_calendars(POLICY.changed(time_zone="Europe/Berlin"), START, START)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (SPRING - SECOND, "2026-03-29 01:59:59 CET"),
        (SPRING, "2026-03-29 03:00:00 CEST"),
        (AUTUMN - SECOND, "2026-10-25 02:59:59 CEST"),
        (AUTUMN, "2026-10-25 02:00:00 CET"),
        (START + timedelta(days=5000), "2039-12-04 16:50:00 UTC"),
        (START - timedelta(days=5000), "2012-07-18 16:50:00 UTC"),
    ],
)
def test_an_instant_names_its_clock(at: datetime, shown: str) -> None:
    """So the hour that comes twice is not ambiguous; what nobody recorded is told in UTC."""
    assert in_zone(at, in_berlin().local_times) == shown


def test_a_zone_with_a_number_for_a_name_is_told_from_utc() -> None:
    """`-03` alone reads like a part of the time."""
    found = local_times("America/Sao_Paulo", START, START + HOUR)
    assert in_zone(START, found) == "2026-03-27 13:50:00 UTC-03"


def test_a_policy_in_utc_carries_no_clock_and_tells_utc() -> None:
    """So what is stored today stays as it is."""
    policy = with_calendars(POLICY, START, START)
    assert "local_times" not in policy.model_dump(mode="json")
    assert in_zone(START, policy.local_times) == "2026-03-27 16:50:00 UTC"


def test_a_zone_that_this_machine_does_not_know_keeps_nothing_from_beginning() -> None:
    """Its messages are in UTC."""
    policy = POLICY.changed(time_zone="Mars/Olympus")
    assert with_calendars(policy, START, START).local_times is None


def test_a_message_tells_its_limits_in_the_zone_of_the_policy() -> None:
    """The limits of clocks, and when the next update comes."""
    policy = in_berlin()
    audience = policy.audiences[0].changed(sees=())
    facts = facts_for(an_incident(policy), policy, after(0), audience)
    assert "acknowledge by 2026-03-27 17:55:00 CET" in facts["deadlines"]
    assert not any("UTC" in said for said in facts.values())


def test_a_page_tells_until_when_somebody_is_on_call_in_the_zone_of_the_policy() -> None:
    """The schedule may have another zone; one message has one."""
    duty = Duty(person="ana", because="override", since_at=after(0), until_at=after(10))
    found = OnCall(schedule="primary", at=after(0), duties=(duty,))
    assert by_schedule(found, "ana", in_berlin().local_times) == (
        "primary, override until 2026-03-27 18:00 CET"
    )


def test_the_incident_report_is_in_the_zone_of_the_policy() -> None:
    """It says so at the beginning, and beside each instant."""
    policy = in_berlin()
    incident = an_incident(policy)
    readings = read_clocks(policy, incident, after(1))
    text = incident_report_markdown(incident, policy, readings, after(1))
    assert "All times are in Europe/Berlin." in text
    assert "| Reported | 2026-03-27 17:50:00 CET by monitoring" in text
    assert "16:50:00" not in text
