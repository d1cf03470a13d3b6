"""Overrides of schedules that people make: which can be made, which count, which are remembered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from models.base import Actor
from models.people.schedule import RotationHandOver, RotationSpec, ScheduleSpec
from models.people.schedule_overrides import (
    EndOverride,
    OverrideSchedule,
    OverridesState,
    ScheduleOverride,
)
from rules.people.on_call.schedule_overrides import (
    MOST_OF_ONE,
    MOST_REFUSED,
    REFUSED_EACH,
    ended,
    laid_over,
    made,
)
from rules.record.decision import Refusal
from rules.zones.rotations import on_call, shifts_of

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANA, BO = Actor(name="ana"), Actor(name="bo")
WEEKLY = RotationHandOver(days=("mon",), at=("09:00",))


def a_schedule(*rotations: tuple[str, ...]) -> ScheduleSpec:
    """A schedule whose rotations each hand over on Mondays; ana is on call on 3 March."""
    starts = datetime(2026, 3, 2)  # noqa: DTZ001 - a local time
    return ScheduleSpec(
        name="primary",
        zone="UTC",
        rotations=tuple(
            RotationSpec(name=f"r{n}", people=people, hand_over=WEEKLY, zone="UTC", starts=starts)
            for n, people in enumerate(rotations or (("ana", "bo"),))
        ),
    )


def an_override(number: int = 1, **fields: Any) -> OverrideSchedule:
    """What somebody asks for: di covers ana from one o'clock until eight."""
    said = {
        "id": f"{number:012x}",
        "schedule": "primary",
        "person": "di",
        "covers": "ana",
        "begins_at": NOON + HOUR,
        "ends_at": NOON + 8 * HOUR,
        "reason": "dentist",
        "by": ANA,
        **fields,
    }
    return OverrideSchedule.model_validate(said)


def kept(*asked: OverrideSchedule, now: datetime = NOON) -> OverridesState:
    """The state after these; each of them must be possible."""
    state = OverridesState()
    for each in asked:
        state, outcome = made(state, each, now)
        assert isinstance(outcome, ScheduleOverride), outcome
    return state


def who(state: OverridesState, at: datetime, spec: ScheduleSpec | None = None) -> list[str]:
    """Who is on call, and why, in words."""
    laid, _ = laid_over(spec or a_schedule(), state.overrides, ("ana", "bo", "cy", "di"))
    return [f"{duty.person}: {duty.because}" for duty in on_call(laid, at).duties]


def test_it_counts_from_its_beginning_until_its_end() -> None:
    """Before and after, whoever takes turns is on call; the reason names both."""
    state = kept(an_override())
    assert who(state, NOON) == ["ana: r0"]
    assert who(state, NOON + HOUR) == ["di: covers ana (dentist)"]
    assert who(state, NOON + 8 * HOUR) == ["ana: r0"]


def test_it_covers_one_person_and_leaves_the_others_on_call() -> None:
    """Without `covers` it takes the whole shift; a person who has no shift is not covered."""
    two = a_schedule(("ana", "bo"))
    state = kept(an_override(covers="bo", ends_at=NOON + 12 * DAY))
    assert who(state, NOON + 2 * HOUR, two) == ["ana: r0"]
    assert who(state, NOON + 7 * DAY, two) == ["di: covers bo (dentist)"]
    whole = kept(an_override(covers=None, ends_at=NOON + 12 * DAY))
    assert who(whole, NOON + 7 * DAY, two) == ["di: covers ana, bo (dentist)"]


def test_the_last_one_counts() -> None:
    """Who covers can be covered, too."""
    state = kept(an_override(), an_override(2, person="cy", covers="di", reason="ill"))
    assert who(state, NOON + 2 * HOUR) == ["cy: covers di (ill)"]


def test_a_gap_can_be_filled() -> None:
    """It covers nobody then."""
    empty = ScheduleSpec(name="primary", zone="UTC")
    assert who(kept(an_override(covers=None)), NOON + HOUR, empty) == ["di: override (dentist)"]
    assert who(kept(an_override()), NOON + HOUR, empty) == []


def test_an_override_for_nobody_of_the_policy_does_not_count_and_says_so() -> None:
    """The engine could not reach them: the scheduled person is paged."""
    state = kept(an_override(person="zoe"))
    laid, notes = laid_over(a_schedule(), state.overrides, ("ana", "bo"))
    assert on_call(laid, NOON + HOUR).people == ("ana",)
    assert notes == ("an override for zoe does not count: the policy has no such person",)


def test_what_is_over_or_of_another_schedule_changes_nothing() -> None:
    """An override that ended before it began never counts."""
    state = kept(an_override(), an_override(2, schedule="secondary"))
    state, _ = ended(state, EndOverride(id=f"{1:012x}", by=BO), NOON)
    assert who(state, NOON + 2 * HOUR) == ["ana: r0"]
    assert laid_over(a_schedule(), state.overrides, ("di",)) == (a_schedule(), ())


def test_ending_it_early_gives_the_shift_back_and_keeps_what_was() -> None:
    """Until its end it counted, and it says who ended it."""
    state = kept(an_override())
    state, over = ended(state, EndOverride(id=f"{1:012x}", by=BO), NOON + 3 * HOUR)
    assert isinstance(over, ScheduleOverride)
    assert (over.ended_at, over.ended_by) == (NOON + 3 * HOUR, BO)
    assert who(state, NOON + 2 * HOUR) == ["di: covers ana (dentist)"]
    assert who(state, NOON + 4 * HOUR) == ["ana: r0"]
    again, same = ended(state, EndOverride(id=f"{1:012x}", by=ANA), NOON + 4 * HOUR)
    assert (again, same) == (state, over)


def test_the_same_request_again_changes_nothing() -> None:
    """A retry gets the override that it made, also if its beginning was moved to now."""
    asked = an_override(begins_at=NOON - DAY)
    state = kept(asked)
    assert state.overrides[0].begins_at == NOON
    for retry in (asked, an_override(begins_at=NOON + HOUR)):  # "from now on", said again
        again, same = made(state, retry, NOON + HOUR)
        assert (again, same) == (state, state.overrides[0])
    moved = an_override(begins_at=NOON + 3 * HOUR)
    assert isinstance(made(state, moved, NOON + HOUR)[1], Refusal)
    _, other = made(state, an_override(reason="another"), NOON)
    assert isinstance(other, Refusal)


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"ends_at": NOON}, "ends_at", "lies in the past"),
        ({"ends_at": NOON + HOUR}, "ends_at", "is not after the beginning"),
        ({"ends_at": NOON + 100 * DAY}, "ends_at", "at most 92 days"),
        (
            {"begins_at": NOON + 500 * DAY, "ends_at": NOON + 501 * DAY},
            "begins_at",
            "at most 400 days ahead",
        ),
        ({"covers": "di"}, "covers", "di cannot cover di"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], field: str, says: str) -> None:
    """With the field that is wrong; nothing is remembered of it."""
    state, refusal = made(OverridesState(), an_override(**fields), NOON)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.missing, state) == ("Malformed", (field,), OverridesState())
    assert says in refusal.message


@pytest.mark.parametrize("reason", ["", " ", "\u200b", "x" * 301])
def test_a_reason_is_words_of_one_line(reason: str) -> None:
    """Something must be said, and a line break in it cannot imitate a line of ours."""
    with pytest.raises(ValidationError):
        an_override(reason=reason)
    assert an_override(reason="ill\n until  Friday").reason == "ill until Friday"


def test_what_the_policy_refuses_is_remembered_and_does_nothing() -> None:
    """The last refused attempts stay, each with who tried."""
    state = OverridesState()
    for number in range(MOST_REFUSED + 1):
        asked = an_override(number, refused="zoe may not", by=Actor(name=f"zoe {number}"))
        state, outcome = made(state, asked, NOON + number * timedelta(minutes=5))
        assert isinstance(outcome, Refusal)
        assert (outcome.kind, outcome.message) == ("NotAuthorised", "zoe may not")
    assert (len(state.refused), state.overrides) == (MOST_REFUSED, ())
    assert state.refused[0].by.name == "zoe 1"
    mine = kept(an_override())
    traced, refusal = ended(mine, EndOverride(id=f"{1:012x}", by=BO, refused="no"), NOON)
    assert isinstance(refusal, Refusal)
    assert (traced.overrides, len(traced.refused)) == (mine.overrides, 1)


def test_repeated_refusals_leave_few_traces_and_hide_nobody_else() -> None:
    """Five of one name within an hour, then one in ten minutes; of all names twenty."""
    state = OverridesState()
    for number in range(300):
        asked = an_override(number, refused="zoe may not", by=Actor(name="zoe"))
        state, outcome = made(state, asked, NOON + number * timedelta(seconds=1))
        assert isinstance(outcome, Refusal)
    assert len(state.refused) == REFUSED_EACH
    bo = an_override(refused="bo may not", by=Actor(name="bo"))
    state, _ = made(state, bo, NOON + timedelta(minutes=6))
    assert [tried.by.name for tried in state.refused] == [*["zoe"] * REFUSED_EACH, "bo"]
    zoe = an_override(refused="zoe may not", by=Actor(name="zoe"))
    state, _ = made(state, zoe, NOON + timedelta(minutes=11))
    assert state.refused[-1].by.name == "zoe"
    for number in range(300):
        asked = an_override(number, refused="no", by=Actor(name=f"claimed {number}"))
        state, _ = made(state, asked, NOON + timedelta(minutes=12))
    assert len(state.refused) == MOST_REFUSED
    assert state.refused[0].by.name == "zoe"


def test_their_number_is_bounded_and_expired_ones_leave() -> None:
    """Whatever is over makes room after a day."""
    asked = [an_override(number) for number in range(MOST_OF_ONE)]
    full = kept(*asked)
    _, refusal = made(full, an_override(MOST_OF_ONE), NOON)
    assert isinstance(refusal, Refusal)
    assert "end those that nobody needs" in refusal.message
    later = NOON + 3 * DAY
    fresh = an_override(999, begins_at=later, ends_at=later + HOUR)
    state, outcome = made(full, fresh, later)
    assert state.overrides == (outcome,)


def test_what_begins_at_once_begins_with_the_second_that_has_begun() -> None:
    """So whoever asks in the same second sees it."""
    late = NOON + timedelta(milliseconds=700)
    state, _ = made(OverridesState(), an_override(begins_at=late - timedelta(seconds=1)), late)
    assert state.overrides[0].begins_at == NOON


def test_the_calendar_shows_whole_shifts_with_the_override_between() -> None:
    """What is left of the shift around it is two shifts."""
    laid, _ = laid_over(a_schedule(), kept(an_override()).overrides, ("di",))
    found = [(s.person, s.begins_at) for s in shifts_of(laid, NOON, NOON + DAY)]
    assert [person for person, _ in found] == ["ana", "di", "ana"]
    assert found[2][1] == NOON + 8 * HOUR
