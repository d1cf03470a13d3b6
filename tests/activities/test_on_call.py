"""Whom a schedule pages: by the policy in force, with feeds, and nobody if nobody is on call."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.escalate_incident import EscalateIncidentActivity
from connectors.channels.directory import ChannelDirectory
from connectors.feeds.directory import FeedDirectory
from connectors.feeds.settings import FeedSettings
from incidents.schedules.on_call import OnCallLookup, with_on_call
from models.compiled import CompiledPolicy, Level
from models.contracts.paging import Escalated, EscalateIncident
from models.people.schedule import GapKind
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from tests.fakes.feeds import a_feed, a_shift, read_here
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import WebhookSink
from tests.policies.written import WHOLE

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
PAGED = WHOLE.replace(
    "{ page: ana, wait: 5m }", "{ page: [schedule:primary, schedule:fed, schedule:off], wait: 5m }"
).replace("default: acknowledger", "default: schedule:fed")
SCHEDULES = """\
schedules:
  primary: { rotation: { people: [ana, bo], hand_over: monday 09:00, starts: 2026-01-05 } }
  fed: { ical: { feed: fed, names: { Dr. Berg: bo } } }
  off: { rotation: { people: ana, hand_over: monday 09:00, days: [sat] }, gaps: declared }
"""
WRITTEN = PAGED + SCHEDULES


def compiled(text: str = WRITTEN) -> CompiledPolicy:
    """A policy text, compiled as an incident carries it."""
    policy = parse_policy(text.encode()).policy
    assert policy is not None
    return compile_policy(policy, "hash")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of the policy in force."""
    path = tmp_path / "policy.yaml"
    path.write_text(WRITTEN)
    return path


@pytest.fixture
async def feeds(tmp_path: Path) -> AsyncIterator[FeedDirectory]:
    """The feed `fed`, a file that has bo on call for a week of March."""
    path = tmp_path / "fed.ics"
    shift = a_shift("On call: Dr. Berg", "20260302T090000Z", "20260309T090000Z")
    path.write_text(a_feed(shift, a_shift("Offsite", "20260304T090000Z", "20260304T170000Z")))
    directory = FeedDirectory(
        {"fed": FeedSettings(path=path)}, tmp_path / "copies", fresh=timedelta(), read=read_here
    )
    yield directory
    await directory.aclose()


async def asked(
    lookup: OnCallLookup, *names: str, at: datetime = AT, **given: Any
) -> dict[str, tuple[str, ...]]:
    """The people whom the schedules name."""
    carried = compiled()
    found = await lookup.ask(
        [f"schedule:{name}" for name in names],
        given.get("carried", carried.schedules),
        carried.people,
        given.get("policy", carried.name),
        at,
    )
    return {name: on_call.people for name, on_call in found.on_call.items()}


async def test_an_override_made_after_the_incident_began_counts(file: Path) -> None:
    """The activity reads the policy in force, not the one that the incident carries."""
    lookup = OnCallLookup(None, file)
    assert await asked(lookup, "primary") == {"primary": ("ana",)}
    swap = "overrides: [{ who: di, from: 2026-03-04T11:00, to: 2026-03-04T13:00 }] }"
    file.write_text(
        WRITTEN.replace("starts: 2026-01-05 } }", f"starts: 2026-01-05 }}, {swap}").replace(
            "bo: {}", "bo: {}, di: { email: di@example.com }"
        )
    )
    carried = compiled()
    found = await lookup.ask(
        ["schedule:primary"], carried.schedules, carried.people, carried.name, AT
    )
    assert found.on_call["primary"].people == ("di",)
    assert found.on_call["primary"].duties[0].because == "override"
    assert found.people["di"].email == "di@example.com"


@pytest.mark.parametrize("broken", ["not a policy", "", WRITTEN.replace("Least", "Another")])
async def test_the_incident_s_own_schedules_count_if_the_policy_in_force_is_no_help(
    file: Path, broken: str
) -> None:
    """It is a broken file, or the policy of somebody else."""
    changed = broken.replace("[ana, bo]", "[bo, ana]")
    file.write_text(changed)
    assert await asked(OnCallLookup(None, file), "primary") == {"primary": ("ana",)}
    file.unlink()
    assert await asked(OnCallLookup(None, file), "primary") == {"primary": ("ana",)}


async def test_a_feed_is_asked_and_its_age_is_told(feeds: FeedDirectory, file: Path) -> None:
    """Its names for people are understood; an event that names nobody is reported."""
    carried = compiled()
    found = await OnCallLookup(feeds, file).ask(
        ["schedule:fed"], carried.schedules, carried.people, carried.name, AT
    )
    on_call = found.on_call["fed"]
    assert on_call.people == ("bo",)
    assert on_call.until_at == datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert on_call.duties[0].because == "feed fed"
    assert on_call.feed_age is not None
    assert on_call.feed_age < timedelta(minutes=1)
    assert on_call.notes == ("'Offsite' of 2026-03-04 09:00 names nobody",)


async def test_a_schedule_that_cannot_be_worked_out_gives_nobody_and_says_so(
    tmp_path: Path,
) -> None:
    """A missing feed, schedule or zone does not raise, because others must be paged."""
    spec = compiled().schedules[0].changed(zone="Mars/Olympus", name="mars")
    mars = spec.rotations[0].changed(zone="Mars/Olympus")
    spec = spec.changed(rotations=(mars,))
    carried = (*compiled().schedules, spec)
    lookup = OnCallLookup(FeedDirectory({}, tmp_path))
    found = await lookup.ask(
        ["schedule:fed", "schedule:mars", "schedule:none", "person:ana"], carried, {}, "Least", AT
    )
    assert {name: (on.gap, on.notes) for name, on in found.on_call.items()} == {
        "fed": (
            GapKind.UNDECLARED,
            ("feed fed: no setting says where this feed is, and no copy can be used",),
        ),
        "mars": (
            GapKind.UNDECLARED,
            ("the schedule could not be worked out (ZoneInfoNotFoundError)",),
        ),
        "none": (GapKind.UNDECLARED, ("the schedule is not there",)),
    }


async def escalated(
    environment: ActivityEnvironment, channels: ChannelDirectory, lookup: OnCallLookup
) -> Escalated:
    """The outcome of paging the policy's first level."""
    carried = compiled()
    request = EscalateIncident(
        level=1,
        cycle=0,
        targets=Level(
            page=("schedule:primary", "schedule:fed", "schedule:off"), wait=timedelta(minutes=5)
        ),
        holders={},
        people=carried.people,
        channels=("chat",),
        fallbacks={},
        key_prefix="INC-1/page-1",
        template=a_message(key="", recipient=""),
        now=AT,
        attempt_timeout=timedelta(seconds=5),
        schedules=carried.schedules,
        policy=carried.name,
    )
    activity = EscalateIncidentActivity(channels, lookup)
    return await environment.run(activity.escalate_incident, request)


async def test_everybody_on_call_is_paged_and_the_result_says_why(
    environment: ActivityEnvironment,
    channels: ChannelDirectory,
    sink: WebhookSink,
    feeds: FeedDirectory,
    file: Path,
) -> None:
    """The result names schedule, rotation or feed, and the end; or says that nobody is."""
    done = await escalated(environment, channels, OnCallLookup(feeds, file))
    assert [(page.target, page.via) for page in done.pages] == [
        ("schedule:primary", "primary, rotation until 2026-03-09 09:00 UTC"),
        ("schedule:fed", "fed, feed fed until 2026-03-09 09:00 UTC"),
    ]
    assert done.nobody == ("schedule:off",)
    assert done.on_call["off"].gap is GapKind.DECLARED
    assert done.on_call["off"].until_at == datetime(2026, 3, 7, tzinfo=UTC)
    assert set(sink.effects) == {"INC-1/page-1:ana", "INC-1/page-1:bo"}


async def test_a_role_goes_to_the_person_on_call_when_an_incident_begins(
    feeds: FeedDirectory,
) -> None:
    """The policy carries the result; a policy without such roles is left alone."""
    found = await with_on_call(compiled(), AT, feeds)
    assert found.on_call["fed"].people == ("bo",)
    plain = compiled(WHOLE)
    assert await with_on_call(plain, AT, feeds) is plain
    lost = await with_on_call(compiled(), AT, None)
    assert lost.on_call["fed"].notes == ("feed fed is not read here",)


async def test_a_schedule_whose_feed_breaks_keeps_nobody_else_from_being_paged(
    environment: ActivityEnvironment,
    channels: ChannelDirectory,
    sink: WebhookSink,
    feeds: FeedDirectory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The level says why it pages nobody by that schedule."""

    async def broken(*_: object, **__: object) -> None:
        raise UnicodeEncodeError("ascii", "\xe9", 0, 1, "")

    monkeypatch.setattr(feeds, "read", broken)
    done = await escalated(environment, channels, OnCallLookup(feeds))
    assert done.nobody == ("schedule:fed", "schedule:off")
    notes = ("the schedule could not be worked out (UnicodeEncodeError)",)
    assert done.on_call["fed"].notes == notes
    assert set(sink.effects) == {"INC-1/page-1:ana"}


async def test_the_incident_s_own_schedules_count_if_the_policy_in_force_cannot_be_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the error is."""

    def broken(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("policies.catalogue.policy_in_force", broken)
    assert await asked(OnCallLookup(None, file), "primary") == {"primary": ("ana",)}
