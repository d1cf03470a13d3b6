"""Schedules agree with an oracle that watches every quarter of an hour, in many zones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.people.schedule import (
    NOBODY,
    GapKind,
    RotationHandOver,
    RotationSpec,
    ScheduleOverrideSpec,
    ScheduleSpec,
)
from models.policy.sections.calendars import WEEK as DAYS
from models.time.calendar import CalendarSpec, OpenHours
from rules.zones.rotations import gaps_of, on_call, shifts_of
from rules.zones.turns import ANCHOR
from tests.examples import examples
from tests.rules.rota import DAY, TICK, Era, Swap, Turns, era, watch

PLACES = (
    ("Europe/London", date(2025, 1, 1)),
    ("America/New_York", date(2025, 6, 1)),
    ("Australia/Lord_Howe", date(2025, 3, 1)),
    ("Pacific/Apia", date(2011, 2, 1)),
    ("Asia/Kolkata", date(2026, 1, 1)),
    ("America/Sao_Paulo", date(2017, 6, 1)),
    ("Africa/Cairo", date(2025, 10, 1)),
    ("Antarctica/Troll", date(2026, 1, 1)),
    ("Pacific/Chatham", date(2025, 8, 1)),
)
LIVED = 560
AHEAD = 333
PEOPLE = ("ana", "bo", "cy", "di", "ed")
MANY = examples(120)


def hour(minute: int) -> str:
    """A minute of the day as `HH:MM`."""
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True)
class Case:
    """A schedule for the policy and for the oracle, in an era, and a tick to ask about."""

    era: Era
    spec: ScheduleSpec
    layers: tuple[Turns, ...]
    swaps: tuple[Swap, ...]
    tick: int


def near(draw: st.DrawFn, known: Era, lowest: int, highest: int) -> int:
    """A tick; every second one is near a change of clocks."""
    changes = [tick for tick in known.changes if lowest < tick < highest]
    anywhere = draw(st.integers(lowest, highest))
    if not changes or draw(st.integers(0, 1)):
        return anywhere
    off = draw(st.integers(-12, 12)) * draw(st.sampled_from((1, 1, 4, 96)))
    return min(max(draw(st.sampled_from(changes)) + off, lowest), highest)


@st.composite
def rotations(draw: st.DrawFn, known: Era, name: str) -> tuple[RotationSpec, Turns]:
    """A rotation, for the policy and for the oracle."""
    people = PEOPLE[: draw(st.integers(1, 5))]
    starts = known.seen[near(draw, known, 200, len(known.seen) // 2)]
    minute = draw(st.integers(0, DAY // TICK - 1)) * TICK
    kind = draw(st.sampled_from(("weekly", "weekly", "daily", "every", "elapsed")))
    written: dict[str, object] = {"at": (hour(minute),)}
    lived: dict[str, object] = {}
    if kind in {"weekly", "daily"}:
        on = sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=3)))
        on = on if kind == "weekly" else list(range(7))
        times = sorted({minute, *draw(st.lists(st.sampled_from((0, 60, 120, 150)), max_size=2))})
        written = {"days": tuple(DAYS[n] for n in on), "at": tuple(map(hour, times))}
        lived = {"minutes": frozenset(n * DAY + time for n in on for time in times)}
    elif kind == "every":
        starts += (minute - starts) % DAY
        written["every_days"] = draw(st.integers(1, 20))
        lived = {"every": int(str(written["every_days"])) * DAY}
    else:
        starts += (minute - starts) % DAY
        lived = {"elapsed": draw(st.integers(2, 200)) * TICK}
        written["elapsed"] = timedelta(minutes=int(str(lived["elapsed"])))
    ends = starts + draw(st.integers(1, 200)) * DAY if draw(st.integers(0, 4)) == 0 else None
    during, windows = draw(_windows(known.zone)) if draw(st.booleans()) else (None, None)
    spec = RotationSpec(
        name=name,
        people=people,
        hand_over=RotationHandOver.model_validate(written),
        zone=known.zone,
        starts=known.wall(starts),
        until=known.wall(ends) if ends else None,
        during=during,
    )
    turns = Turns(people=people, starts=starts, until=ends, windows=windows, **lived)  # type: ignore[arg-type]
    return spec, turns


@st.composite
def _windows(draw: st.DrawFn, zone: str) -> tuple[CalendarSpec, tuple[tuple[int, int], ...]]:
    on = sorted(draw(st.sets(st.integers(0, 6), min_size=1)))
    opens = draw(st.integers(0, 23)) * 60
    length = draw(st.integers(1, 24)) * 60
    closes = (opens + length) % DAY
    hours = OpenHours(days=tuple(DAYS[n] for n in on), hours=((hour(opens), hour(closes)),))
    spec = CalendarSpec(name="", zone=zone, opens=(hours,))
    return spec, tuple((n * DAY + opens, n * DAY + opens + length) for n in on)


@st.composite
def cases(draw: st.DrawFn, *, most: int = 3) -> Case:
    """A schedule with some layers and overrides."""
    zone, begins = draw(st.sampled_from(PLACES))
    known = era(zone, begins, LIVED)
    count = draw(st.integers(1, most))
    drawn = [draw(rotations(known, f"layer {index}")) for index in range(count)]
    swaps, overrides = [], []
    for _ in range(draw(st.integers(0, 2)) if most > 1 else 0):
        at = known.seen[near(draw, known, 200, len(known.seen) - 2000)]
        ends = at + draw(st.integers(1, 400)) * TICK
        person = draw(st.sampled_from((*PEOPLE, None)))
        swaps.append(Swap(person, at, ends))
        who = (person or NOBODY,)
        overrides.append(
            ScheduleOverrideSpec(people=who, begins=known.wall(at), ends=known.wall(ends))
        )
    return Case(
        era=known,
        spec=ScheduleSpec(
            name="s",
            zone=zone,
            rotations=tuple(spec for spec, _ in drawn),
            overrides=tuple(overrides),
        ),
        layers=tuple(turns for _, turns in drawn),
        swaps=tuple(swaps),
        tick=near(draw, known, 300, len(known.seen) - 4000),
    )


def person_of(found: str | None) -> str | None:
    """The person in a word of the oracle."""
    named = found.split()[0] if found else None
    return None if named == NOBODY else named


@MANY
@given(cases())
def test_the_person_whom_the_oracle_sees_on_watch_is_on_call(case: Case) -> None:
    """That holds across layers, windows, overrides and every change of clocks."""
    kept = watch(case.era, case.layers, case.swaps, case.tick, case.tick + 3 * AHEAD)
    for asked in range(0, 3 * AHEAD + 1, AHEAD):
        seen, person = kept[asked], person_of(kept[asked])
        found = on_call(case.spec, case.era.at(case.tick + asked))
        assert found.people == ((person,) if person else ())
        assert (found.gap is None) == bool(person)
        assert (found.gap is GapKind.DECLARED) == (seen is not None and person is None)


@examples(100)
@given(cases())
def test_shifts_begin_and_end_where_the_oracle_sees_the_watch_change(case: Case) -> None:
    """It compares ten days: who, from when, until when, and the gaps."""
    span = 10 * DAY // TICK
    until = case.tick + span
    kept = watch(case.era, case.layers, case.swaps, case.tick, until - 1)
    start, end = case.era.at(case.tick), case.era.at(until)
    expected: list[tuple[datetime, datetime, str | None]] = []
    begun = 0
    for index in range(1, span + 1):
        if index == span or kept[index] != kept[begun]:
            between = (case.era.at(case.tick + begun), case.era.at(case.tick + index))
            expected.append((*between, person_of(kept[begun])))
            begun = index
    found = [
        (max(shift.begins_at, start), min(shift.ends_at, end), shift.person)
        for shift in shifts_of(case.spec, start, end)
    ]
    assert found == [span for span in expected if span[2]]
    gaps = [(gap.begins_at, gap.ends_at) for gap in gaps_of(case.spec, start, end)]
    assert sum(((b - a) for a, b in gaps), timedelta()) == sum(
        ((b - a) for a, b, person in expected if not person), timedelta()
    )


@examples(100)
@given(cases(most=1))
def test_nobody_is_skipped_and_nobody_doubled(case: Case) -> None:
    """In every rotation the next person follows, across all changes of clocks."""
    rotation = case.spec.rotations[0].changed(during=None, until=None)
    spec = case.spec.changed(rotations=(rotation,))
    start = case.era.at(case.tick)
    shifts = shifts_of(spec, start, start + timedelta(days=40))
    for before, after in pairwise(shifts):
        assert before.ends_at == after.begins_at
        following = rotation.people.index(before.person) + 1
        assert after.person == rotation.people[following % len(rotation.people)]


@examples(50)
@given(
    place=st.sampled_from(("Europe/London", "America/New_York", "Asia/Kolkata")),
    day=st.integers(0, 6),
    minute=st.integers(0, DAY // TICK - 1),
    at=st.integers(800, LIVED * DAY // TICK - 1),
)
def test_a_rotation_without_a_first_shift_has_always_been_going_on(
    place: str, day: int, minute: int, at: int
) -> None:
    """The turns count in both directions from the first hand-over of 2024, a Monday."""
    known = era(place, date(2023, 6, 5), LIVED)
    hand_over = RotationHandOver(days=(DAYS[day],), at=(hour(minute * TICK),))
    rotation = RotationSpec(name="r", people=PEOPLE, hand_over=hand_over, zone=place)
    kept = Turns(PEOPLE, known.seen[0], minutes=frozenset({day * DAY + minute * TICK}))
    handed = kept.handed_over(known, len(known.seen) - 1)
    first = next(i for i, t in enumerate(handed) if known.wall(known.seen[t]) >= ANCHOR)
    now = sum(1 for t in handed if t <= at) - 1
    found = on_call(ScheduleSpec(name="s", zone=place, rotations=(rotation,)), known.at(at))
    assert found.people == (PEOPLE[(now - first) % len(PEOPLE)],)
