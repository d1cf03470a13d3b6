"""Why was somebody paged, or not: each answer comes from the record and its policy alone."""

from models.alert import Alert, AlertRecord, AlertStatus
from models.answers.why import Explanation, WhyVerdict
from models.compiled import Branch, EscalationPolicy
from models.incident.timeline import EntryKind
from rules.paging.escalation import targets_in_turn
from rules.record.timeline import note
from tests.rules.night import Night, level, policy_with
from tests.rules.office import OFFICE, in_zone
from tests.specimens import ANA, POLICY, after

THREE = policy_with(level("ana"), level("bo", wait=10), level("cy", wait=15))


def words(explanation: Explanation) -> list[str]:
    """The answers, in words."""
    return [answer.text for answer in explanation.answers]


def test_paged_by_silence() -> None:
    """It has the level, the escalation, the target, the channel, the reason and the key."""
    night = Night(THREE)
    night.until(6)
    answer, *others = night.why("bo", at=5).answers
    assert answer.text == (
        "bo was paged at 2026-03-27 16:55:00 UTC by pager: level 2 of the escalation nightly, "
        "by name; nobody acknowledged [INC-260327-TEST/page-2:bo]"
    )
    assert (answer.verdict, answer.at, others) == (WhyVerdict.PAGED, after(5), [])
    (line,) = [e for e in night.incident.timeline if e.seq in answer.lines]
    assert (line.kind, line.data["recipient"]) == ("page.sent", "bo")


def test_not_paged_since_somebody_acknowledged_before() -> None:
    """It says when the page was due, who acknowledged, and when."""
    night = Night(THREE)
    night.until(11)
    night.do("acknowledge", actor="bo")
    night.until(60)
    assert words(night.why("cy", at=12)) == [
        (
            "cy was not paged at 2026-03-27 17:02:00 UTC: level 3 was due at "
            "2026-03-27 17:05:00 UTC, but bo acknowledged at 2026-03-27 17:01:00 UTC"
        )
    ]
    assert words(night.why("cy")) == [
        (
            "cy was not paged: level 3 was due at 2026-03-27 17:05:00 UTC, but bo "
            "acknowledged at 2026-03-27 17:01:00 UTC"
        )
    ]


def test_not_paged_since_the_level_was_not_due_yet() -> None:
    """It says when the level was due, and that it came."""
    night = Night(THREE)
    night.until(20)
    assert words(night.why("cy", at=12)) == [
        (
            "cy was not paged at 2026-03-27 17:02:00 UTC: level 3 was not due before "
            "2026-03-27 17:05:00 UTC"
        ),
        (
            "cy was paged at 2026-03-27 17:05:00 UTC by pager: level 3 of the escalation nightly, "
            "by name; nobody acknowledged [INC-260327-TEST/page-3:cy]"
        ),
    ]


def test_not_paged_since_there_is_no_such_level() -> None:
    """It says how many levels there are, and whom they page if the person is on none."""
    night = Night(THREE)
    assert words(night.why(level=4)) == [
        "level 4 was not paged: the escalation nightly has no level 4; it has 3"
    ]
    assert words(night.why("dee")) == [
        (
            "dee was not paged: no level of the escalation nightly pages dee: level 1 pages "
            "person:ana; level 2 pages person:bo; level 3 pages person:cy"
        )
    ]


def test_paged_since_a_limit_was_breached() -> None:
    """The deadline demanded it, although somebody had acknowledged."""
    night = Night(THREE)
    night.until(2)
    night.do("acknowledge")
    night.until(15)
    night.force("assess breached", 3)
    (answer,) = night.why("cy", at=15).answers
    assert answer.verdict is WhyVerdict.PAGED
    assert "level 3 of the escalation nightly, by name; assess breached" in answer.text


def test_passed_over_outside_of_their_hours() -> None:
    """It says whose clock counts, until when, and who was paged at once instead."""
    people = in_zone(POLICY.people, ana="America/New_York")
    night = Night(policy_with(level("ana", "bo", hours=OFFICE), level("cy"), people=people))
    assert words(night.why("ana", at=0))[0].startswith("ana was paged"), "it is noon in New York"
    night = Night(policy_with(level("bo", hours=OFFICE), level("cy"), people=people))
    night.until(6)
    assert words(night.why("bo", at=3)) == [
        (
            "bo was not paged at 2026-03-27 16:53:00 UTC: level 1 passes over bo: outside their "
            "hours in Asia/Kolkata; they begin at 2026-03-28 03:30 UTC (2026-03-27 16:50:00 UTC); "
            "level 1 has had its turn, and there is no further round"
        )
    ]
    assert "level 2 of the escalation nightly" in words(night.why("cy", at=0))[0]


def test_not_paged_since_nobody_held_the_role() -> None:
    """The role was vacant when its level had its turn."""
    night = Night(policy_with(level("role:technical_team"), level("ana")))
    assert words(night.why("technical_team", at=0)) == [
        "level 1 pages nobody: nobody holds role:technical_team (2026-03-27 16:50:00 UTC)",
        (
            "technical_team was not paged at 2026-03-27 16:50:00 UTC: level 1 pages nobody: "
            "nobody holds role:technical_team (2026-03-27 16:50:00 UTC); level 1 has had its "
            "turn, and there is no further round"
        ),
    ]


def test_paged_as_who_holds_a_role() -> None:
    """The answer says that they were paged as the holder."""
    night = Night(policy_with(level("ana"), level("role:technical_team")))
    night.do("assign_role", role="technical_team", person="cy")
    night.until(4)
    assert "level 2 was not due before" in words(night.why("cy", at=2))[0]
    night.until(6)
    assert "level 2 of the escalation nightly, role technical_team" in words(night.why("cy"))[0]


def test_paged_over_another_channel() -> None:
    """It says which channel failed, and which took the page."""
    night = Night(THREE, broken={"pager": "answered 410"})
    (answer,) = night.why("ana").answers
    assert answer.text.startswith(
        "ana was paged at 2026-03-27 16:50:00 UTC by log, after pager had failed: level 1"
    )


def test_paged_by_hand() -> None:
    """It says who asked for it and why; the usual waits go on from there."""
    night = Night(THREE)
    night.until(1)
    night.do("escalate", actor="ana", level=3, note="the database is gone")
    (answer,) = night.why("cy").answers
    assert "ana asks for level 3: the database is gone" in answer.text
    night.until(30)
    assert words(night.why("bo", at=6))[0].startswith("bo was not paged")


def test_paged_since_nobody_answered_whoever_had_escalated_by_hand() -> None:
    """Nobody acknowledged the page by hand, so the next level was due."""
    night = Night(THREE)
    night.until(1)
    night.do("acknowledge", actor="ana")
    night.do("escalate", actor="ana", note="more people")
    night.until(4)
    assert words(night.why("cy"))[0].startswith("cy was not paged: level 3 was not due before")
    night.until(30)
    (answer,) = night.why("cy").answers
    assert "; nobody has answered ana [" in answer.text


def test_not_paged_since_every_level_had_its_turn() -> None:
    """It says that the last round is over, and when it ended."""
    night = Night(policy_with(level("ana"), level("bo"), repeat=1))
    night.until(60)
    assert words(night.why("ana", at=30)) == [
        (
            "ana was not paged at 2026-03-27 17:20:00 UTC: the escalation ended at "
            "2026-03-27 17:10:00 UTC: every level had its turn"
        ),
        (
            "ana was paged at 2026-03-27 17:00:00 UTC by pager: level 1 of the escalation nightly, "
            "round 2, by name; nobody acknowledged [INC-260327-TEST/page-3:ana]"
        ),
    ]


def test_not_paged_since_it_was_anothers_turn() -> None:
    """It says which of the people who take turns was paged."""
    policy = policy_with(level("ana", "bo", "cy", in_turn=True))
    night = Night(policy)
    first, second, _ = targets_in_turn(night.incident.id, ("ana", "bo", "cy"), 1, 0)
    assert words(night.why(second, at=2))[0].endswith(
        f"level 1 had its turn at 2026-03-27 16:50:00 UTC and paged {first} in turn; "
        "level 1 has had its turn, and there is no further round"
    )


def test_not_paged_since_its_alerts_do_not_fire_any_more() -> None:
    """The level was for alerts that still fire."""
    night = Night(policy_with(level("ana"), level("bo", wait=10, if_firing=True), level("cy")))
    over = Alert(fingerprint="a", name="Down", status=AlertStatus.RESOLVED, started_at=after(0))
    seen = AlertRecord(alert=over, first_seen_at=after(0), last_seen_at=after(4), times_seen=2)
    night.incident = night.incident.changed(alerts={"a": seen})
    night.until(12)
    assert words(night.why("bo", at=12)) == [
        (
            "bo was not paged at 2026-03-27 17:02:00 UTC: level 2 pages nobody: none of its alerts "
            "fires any more (2026-03-27 16:55:00 UTC); level 2 has had its turn, and there is "
            "no further round"
        )
    ]
    assert "level 3 was not due before 2026-03-27 17:05:00" in words(night.why("cy"))[0]


def test_not_paged_since_another_escalation_counted() -> None:
    """The escalation for this severity pages nobody."""
    quiet = Branch(severities=("SEV1",), follow=EscalationPolicy(name="none", levels=()))
    escalation = THREE.escalation
    assert escalation is not None
    changed = escalation.changed(branches=(quiet,))
    night = Night(THREE.changed(escalation=changed))
    assert words(night.why("ana")) == [
        "ana was not paged: the escalation then was none, which pages nobody"
    ]


def test_not_paged_before_the_incident_was_known() -> None:
    """The minute in question is before its first line."""
    assert words(Night(THREE).why("ana", at=-30))[0] == (
        "ana was not paged at 2026-03-27 16:20:00 UTC: the incident was first known at "
        "2026-03-27 16:50:00 UTC"
    )


def test_the_whole_story_names_everybody_and_what_ended_it() -> None:
    """Without a person, the answer has each page, and why there was no other."""
    night = Night(THREE)
    night.until(7)
    night.do("acknowledge", actor="bo")
    night.until(60)
    told = night.why().answers
    assert [answer.verdict for answer in told] == [
        WhyVerdict.PAGED,
        WhyVerdict.PAGED,
        WhyVerdict.NOT_PAGED,
    ]
    assert told[-1].text == (
        "nobody else was paged: level 3 was due at 2026-03-27 17:05:00 UTC, but bo "
        "acknowledged at 2026-03-27 16:57:00 UTC"
    )


def test_a_missing_part_of_the_record_is_named() -> None:
    """Older lines are elsewhere, another policy may have counted, and the future is unknown."""
    night = Night(THREE)
    night.until(4)
    night.incident = note(
        night.incident, EntryKind.POLICY_ADOPTED, "another policy", actor=ANA, now=after(2)
    )
    assert night.why("ana", at=1).notes == ("another policy was in force then: another policy",)
    assert "this is in the future" in night.why("ana", at=99).notes[0]
