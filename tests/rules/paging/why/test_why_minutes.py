"""Why was somebody paged, or not: what counts as the minute in question."""

from typing import Any

import pytest

from models.answers.why import Explanation, WhyVerdict
from models.compiled import CompiledPolicy, RoleRule
from models.incident.timeline import EntryKind
from rules.paging.escalation import targets_in_turn
from rules.record.timeline import note
from tests.rules.night import Night, level, policy_with
from tests.specimens import ANA, after

TWO = policy_with(level("ana"), level("bo", wait=10))


def words(explanation: Explanation) -> list[str]:
    """The answers, in words."""
    return [answer.text for answer in explanation.answers]


def test_an_acknowledgement_within_the_minute_is_why_nobody_was_paged_in_it() -> None:
    """At the beginning of the minute nobody had acknowledged, and the level was still to come."""
    night = Night(policy_with(level("ana", wait=5.5), level("bo")))
    night.until(5.25)
    night.do("acknowledge")
    night.until(9)
    (answer,) = night.why("bo", at=5).answers
    assert answer.text == (
        "bo was not paged at 2026-03-27 16:55:00 UTC: level 2 was due at 2026-03-27 "
        "16:55:30 UTC, but ana acknowledged at 2026-03-27 16:55:15 UTC"
    )
    assert (answer.verdict, answer.at) == (WhyVerdict.NOT_PAGED, after(5))
    assert [e.kind for e in night.incident.timeline if e.seq in answer.lines] == [
        "incident.acknowledged"
    ]


def test_a_page_within_the_minute_is_named_to_a_person_who_was_not_paged() -> None:
    """The turn had not come when the minute began."""
    night = Night(policy_with(level("ana", wait=5.5), level("bo", "cy", in_turn=True)))
    night.until(6)
    paged, passed = targets_in_turn(night.incident.id, ("bo", "cy"), 2, 0)
    assert words(night.why(passed, at=5)) == [
        (
            f"{passed} was not paged at 2026-03-27 16:55:00 UTC: level 2 had its turn at "
            f"2026-03-27 16:55:30 UTC and paged {paged} in turn; level 2 has had its turn, "
            "and there is no further round"
        )
    ]


def test_a_page_at_the_end_of_a_minute_belongs_to_the_next() -> None:
    """The answer has it as what came next, beside why there was no page yet."""
    night = Night(TWO)
    night.until(6)
    absent, later = night.why("bo", at=4).answers
    assert (absent.verdict, later.verdict, later.at) == (
        WhyVerdict.NOT_PAGED,
        WhyVerdict.PAGED,
        after(5),
    )
    night = Night(policy_with(level("role:technical_team")))
    night.do("assign_role", role="technical_team", person="cy")
    night.force("again", waits_from=after(1))
    assert "technical_team was" not in words(night.why("dee", at=-1))[0]


def test_the_pages_before_and_after_are_named_if_there_are_many() -> None:
    """It names the nearest of each."""
    night = Night(policy_with(level("ana", wait=10), repeat=4))
    night.until(60)
    assert [answer.at for answer in night.why("ana", at=25).answers] == [
        *(after(25), after(20), after(30))
    ]


def test_a_question_about_a_minute_needs_no_person() -> None:
    """The last level did page, whatever its outcome was."""
    night = Night(TWO)
    night.until(6)
    assert words(night.why(at=2)) == [
        (
            "nobody was paged at 2026-03-27 16:52:00 UTC: level 2 was not due before 2026-03-27 "
            "16:55:00 UTC"
        ),
        words(night.why("ana"))[0],
        words(night.why("bo"))[0],
    ]


def test_a_level_can_be_asked_about() -> None:
    """It does not matter whom it pages or what its turn came to."""
    night = Night(TWO)
    night.until(4)
    assert words(night.why(level=2)) == [
        "level 2 was not paged: level 2 was not due before 2026-03-27 16:55:00 UTC"
    ]
    night = Night(policy_with(level("role:technical_team"), level("ana")))
    assert words(night.why(level=1))[-1].startswith(
        "level 1 was not paged: level 1 pages nobody: nobody holds role:technical_team"
    )


def test_no_escalation_is_named_only_for_the_time_after_the_first_line() -> None:
    """Before it nothing was known; if there is no line here, nobody can say."""
    night = Night(policy_with().changed(escalation=None))
    first = night.incident.timeline[:1]
    night.incident = night.incident.changed(timeline=first)
    night.until(5)
    night.do("acknowledge")
    none = "the policy names no escalation for this incident"
    assert words(night.why("ana", at=2))[0].endswith(f"UTC: {none}")
    night.incident = night.incident.changed(timeline=())
    assert words(night.why("ana")) == [f"ana was not paged: {none}"]


def test_a_line_is_quoted_with_the_time_of_its_writing() -> None:
    """The answer also says which line it is."""
    night = Night(policy_with(level("role:technical_team")))
    told = night.why("technical_team", at=0).answers[0]
    (line,) = [e for e in night.incident.timeline if e.kind == "page.nobody"]
    assert (told.at, told.lines) == (after(0), (line.seq,))


def test_a_policy_counts_from_the_instant_at_which_it_was_adopted() -> None:
    """It does not count for a minute before that."""
    night = Night(TWO)
    night.until(4)
    night.incident = note(
        night.incident, EntryKind.POLICY_ADOPTED, "another", actor=ANA, now=after(2)
    )
    assert [night.why("ana", at=minute).notes for minute in (2, 4)] == [(), ()]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "dee was paged at 2026-03-27 16:52:00 UTC by mail; no reason recorded [k]"),
        (
            {"level": 2, "reason": "silence"},
            "dee was paged at 2026-03-27 16:52:00 UTC by mail: level 2; silence [k]",
        ),
    ],
)
def test_a_page_is_told_by_what_its_line_holds(data: dict[str, Any], said: str) -> None:
    """Older lines hold less."""
    night = Night(TWO)
    sent: dict[str, Any] = {"recipient": "dee", "channel": "mail", "key": "k", **data}
    night.incident = note(
        night.incident, EntryKind.PAGE_SENT, "a page", actor=ANA, now=after(2), **sent
    )
    night.until(3)
    assert words(night.why("dee"))[0] == said


def roles_of(target: str, at_most: int | None = None) -> CompiledPolicy:
    """A policy with one level for this target, and a role that so many may hold."""
    return policy_with(level(target), roles=(RoleRule(name="lead", at_most=at_most),))


def test_a_role_pages_everybody_who_holds_it() -> None:
    """This includes people who took the role after the page."""
    night = Night(roles_of("role:lead"))
    night.until(1)
    for person in ("bo", "cy"):
        night.do("assign_role", role="lead", person=person)
    for person in ("bo", "cy"):
        assert words(night.why(person)) == [
            (
                f"{person} was not paged: level 1 had its turn at 2026-03-27 16:50:00 UTC and "
                "paged nobody; the escalation ended at 2026-03-27 16:50:00 UTC: "
                "every level had its turn"
            )
        ]


def test_a_former_holder_is_told_who_was_paged_for_the_role() -> None:
    """They are told the same as a person who never held it."""
    night = Night(policy_with(level("ana"), level("role:technical_team")))
    for person in ("bo", "cy"):
        night.do("assign_role", role="technical_team", person=person)
    night.until(6)
    for person in ("bo", "dee"):
        assert words(night.why(person)) == [
            (
                f"{person} was not paged: no level of the escalation nightly pages {person}: "
                "level 1 pages person:ana; level 2 pages role:technical_team "
                "(role:technical_team was cy)"
            )
        ]
    assert words(night.why("bo", at=4))[0].endswith("level 2 pages role:technical_team")


@pytest.mark.parametrize("target", ["channel:lead", "role:ghost"])
def test_a_channel_or_an_unknown_role_is_nobody(target: str) -> None:
    """A person with a role of the channel's name does not count."""
    night = Night(roles_of(target))
    night.do("assign_role", role="lead", person="bo")
    assert words(night.why("bo")) == [
        f"bo was not paged: no level of the escalation nightly pages bo: level 1 pages {target}"
    ]


def test_a_person_outside_the_turns_is_not_named_among_them() -> None:
    """Everybody on the level was paged."""
    night = Night(policy_with(level("ana", in_turn=True), level("role:technical_team")))
    night.do("assign_role", role="technical_team", person="bo")
    night.until(6)
    night.do("assign_role", role="technical_team", person="cy")
    assert words(night.why("cy")) == [
        (
            "cy was not paged: level 2 had its turn at 2026-03-27 16:55:00 UTC and paged bo; "
            "level 2 has had its turn, and there is no further round"
        )
    ]
