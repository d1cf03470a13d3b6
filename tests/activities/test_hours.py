"""People on a level who are off hours, and whose turn it is, against a real webhook."""

from datetime import timedelta

from temporalio.testing import ActivityEnvironment

from activities.escalate_incident import EscalateIncidentActivity
from connectors.channels.directory import ChannelDirectory
from models.compiled import Level, Person
from models.contracts.paging import Escalated, EscalateIncident
from models.time.calendar import CalendarSpec
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import WebhookSink
from tests.rules.office import OFFICE
from tests.specimens import START

PEOPLE = {
    "ana": Person(name="ana", zone="Europe/London"),
    "bo": Person(name="bo", zone="Asia/Kolkata"),
    "cy": Person(name="cy"),
    "dee": Person(name="dee", zone="Nowhere/AtAll"),
}


async def escalated(
    environment: ActivityEnvironment,
    channels: ChannelDirectory,
    *targets: str,
    hours: CalendarSpec | None = OFFICE,
    in_turn: bool = False,
) -> Escalated:
    """The outcome of paging a level at 16:50 in London, 22:20 in Kolkata."""
    level = Level(page=targets, wait=timedelta(minutes=5), hours=hours, in_turn=in_turn)
    request = EscalateIncident(
        level=1,
        cycle=0,
        targets=level,
        holders={},
        people=PEOPLE,
        channels=("chat",),
        fallbacks={},
        key_prefix="INC-1/page-1",
        template=a_message(key="", recipient=""),
        now=START,
        attempt_timeout=timedelta(seconds=5),
    )
    return await environment.run(EscalateIncidentActivity(channels).escalate_incident, request)


def paged(answer: Escalated) -> list[str]:
    """Who was paged."""
    return [page.delivery.message.recipient for page in answer.pages]


async def test_hours_are_read_in_the_zone_of_each_person(
    environment: ActivityEnvironment, channels: ChannelDirectory, sink: WebhookSink
) -> None:
    """People without a zone are in the calendar's; those passed over have their next hour named."""
    answer = await escalated(environment, channels, "person:ana", "person:bo", "person:cy")
    assert paged(answer) == ["ana"]
    assert [(gone.recipient, gone.zone) for gone in answer.out_of_hours] == [
        ("bo", "Asia/Kolkata"),
        ("cy", "Asia/Kolkata"),
    ]
    begins = answer.out_of_hours[0].opens_at
    assert begins is not None
    assert begins.isoformat() == "2026-03-28T03:30:00+00:00"
    assert set(sink.effects) == {"INC-1/page-1:ana"}


async def test_a_person_without_a_zone_is_still_paged(
    environment: ActivityEnvironment, channels: ChannelDirectory
) -> None:
    """Waking somebody is better than nobody."""
    answer = await escalated(environment, channels, "person:dee")
    assert paged(answer) == ["dee"]


async def test_one_of_those_who_take_turns_is_paged(
    environment: ActivityEnvironment, channels: ChannelDirectory
) -> None:
    """It is the first who can be; skipped people are named, later ones are not asked."""
    turn = await escalated(
        environment,
        channels,
        *("role:lead", "person:bo", "person:ana", "person:cy", "role:scribe"),
        in_turn=True,
    )
    assert paged(turn) == ["ana"]
    assert turn.nobody == ("role:lead",)
    assert [gone.recipient for gone in turn.out_of_hours] == ["bo"]
    alone = await escalated(
        environment, channels, "person:bo", "person:cy", hours=None, in_turn=True
    )
    assert paged(alone) == ["bo"]


async def test_if_nobody_can_be_reached_everybody_in_turn_is_listed(
    environment: ActivityEnvironment, channels: ChannelDirectory
) -> None:
    """Each has the beginning of their hours, so that the page can start again then."""
    answer = await escalated(
        environment, channels, "role:lead", "person:bo", "person:cy", in_turn=True
    )
    assert answer.pages == ()
    assert answer.nobody == ("role:lead",)
    assert [gone.recipient for gone in answer.out_of_hours] == ["bo", "cy"]
