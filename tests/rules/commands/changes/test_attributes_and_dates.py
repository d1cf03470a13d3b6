"""Commands for dates, extensions, corrections and paces explain themselves on the timeline."""

import pytest

from models.compiled import CompiledPolicy
from models.incident.record import Extension, Incident, PlannedDate, TimelineEntry
from rules.record.decision import Decision, Refusal
from tests.rules.timed import incident, later, one, policy_of
from tests.specimens import ANA, done, outcome

POLICY = one("from: reported, to: told, within: 4h, extendable: true")


def last(record: Incident) -> TimelineEntry:
    """The newest line."""
    return record.timeline[-1]


def refusal(policy: CompiledPolicy, record: Incident, name: str, **fields: object) -> str:
    """The words with which a command is refused an hour after the report."""
    answer = outcome(record, name, later(1), policy, **fields)
    assert isinstance(answer, Refusal)
    assert answer.kind in {"Refused", "Malformed"}
    return answer.message


def test_a_date_that_moves_says_where_it_was() -> None:
    """The newest date counts, and the line names both."""
    record = done(incident(POLICY), "set_date", later(1), POLICY, date="meeting", at=later(50))
    line = last(record)
    assert (line.kind, line.summary) == ("date.set", "meeting is on 2026-03-22 18:00 UTC")
    assert line.data == {"date": "meeting", "at": later(50).isoformat(), "was": None}
    record = done(record, "set_date", later(2), POLICY, date="meeting", at=later(51))
    assert record.dates == (PlannedDate(name="meeting", at=later(51), actor=ANA),)
    assert last(record).summary.endswith("no longer on 2026-03-22 18:00 UTC")
    assert last(record).data["was"] == later(50).isoformat()


def test_a_date_that_the_policy_does_not_know_is_refused() -> None:
    """The refusal names the dates that the policy knows."""
    assert "meeting" in refusal(POLICY, incident(POLICY), "set_date", date="meting", at=later(5))


def test_an_extension_says_by_how_much_until_when_and_why() -> None:
    """It uses the clock's own measure."""
    fields = {"clock": "it", "by": "1h30m", "note": "agreed by phone"}
    record = done(incident(POLICY), "extend_clock", later(1), POLICY, **fields)
    line = last(record)
    assert line.kind == "clock.extended"
    assert line.summary == (
        "it extended by 1h30m, now until 2026-03-20 21:30:00 UTC: agreed by phone"
    )
    assert line.data == {
        "clock": "it",
        "by_seconds": 5400,
        "limit_at": later(5.5).isoformat(),
    }
    (extension,) = record.extensions
    assert extension == Extension(
        clock="it", by=later(1.5) - later(0), at=later(1), actor=ANA, note="agreed by phone"
    )


@pytest.mark.parametrize(
    ("written", "fields", "words", "missing"),
    [
        ("extendable: true", {"clock": "that"}, "clock 'that'", ()),
        ("", {}, "the policy does not allow extending it; it allows: none", ()),
        (
            "extendable: true",
            {"note": ""},
            "extending it needs a reason: note",
            ("note",),
        ),
    ],
)
def test_an_extension_that_the_policy_forbids_is_refused(
    written: str, fields: dict[str, str], words: str, missing: tuple[str, ...]
) -> None:
    """Nor does it extend an unknown clock, or one without a reason."""
    policy = one(f"from: reported, to: told, within: 4h, {written}")
    said = {"clock": "it", "by": "1h", "note": "agreed", **fields}
    answer = outcome(incident(policy), "extend_clock", later(1), policy, **said)
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.missing) == ("Refused", missing)
    assert words in answer.message


def test_an_extension_is_answered_as_the_line_says_it() -> None:
    """The answer about a date is in the words of its line, too."""
    said = {"clock": "it", "by": "1h", "note": "agreed"}
    for name, fields in (
        ("extend_clock", said),
        ("set_date", {"date": "meeting", "at": later(50)}),
    ):
        answer = outcome(incident(POLICY), name, later(1), POLICY, **fields)
        assert isinstance(answer, Decision)
        assert answer.summary == last(answer.incident).summary


def test_a_clock_that_does_not_run_cannot_be_extended() -> None:
    """That is before it starts or after it stopped."""
    policy = one("from: aware, to: told, within: 4h, extendable: true")
    fields = {"clock": "it", "by": "1h", "note": "agreed"}
    assert "not running" in refusal(policy, incident(policy), "extend_clock", **fields)
    record = done(incident(POLICY), "set_milestone", later(1), POLICY, milestone="told")
    assert "not running" in refusal(POLICY, record, "extend_clock", **fields)


def test_a_correction_names_the_old_and_the_new_instant_and_how_sure_it_is() -> None:
    """The old value stays on the record, marked as replaced."""
    record = done(incident(POLICY), "set_milestone", later(3), POLICY, milestone="told")
    fields = {
        "milestone": "told",
        "happened_at": later(1),
        "latest_at": later(2),
        "note": "by mail",
    }
    record = done(record, "correct_milestone", later(3), POLICY, **fields)
    line = last(record)
    assert line.kind == "milestone.corrected"
    assert line.summary == (
        "told corrected from 2026-03-20 19:00:00 to 2026-03-20 17:00:00 UTC, some time between "
        "2026-03-20 17:00:00 and 2026-03-20 18:00:00 UTC (by mail)"
    )
    assert line.data["was"] == later(3).isoformat()
    assert line.data["becomes"] == later(1).isoformat()
    told = [(m.at, m.latest_at, m.superseded) for m in record.milestones if m.name == "told"]
    assert told == [(later(3), None, True), (later(1), later(2), False)]


def test_a_corrected_report_moves_the_beginning_of_the_incident() -> None:
    """Clocks that start at the report start there."""
    fields = {"milestone": "reported", "happened_at": later(-1)}
    record = done(incident(POLICY), "correct_milestone", later(1), POLICY, **fields)
    assert record.reported_at == later(-1)


@pytest.mark.parametrize("latest", [0.5, 2])
def test_a_milestone_lies_between_its_two_instants_and_not_in_the_future(latest: float) -> None:
    """An instant before the earliest, or after now, is refused with the name of its field."""
    fields = {"milestone": "told", "happened_at": later(0.75), "latest_at": later(latest)}
    assert "latest_at must lie" in refusal(POLICY, incident(POLICY), "set_milestone", **fields)


def test_a_withdrawn_milestone_stays_on_the_record_and_says_so() -> None:
    """The line has the reason and the instant that was withdrawn."""
    record = done(incident(POLICY), "set_milestone", later(1), POLICY, milestone="told")
    fields = {"milestone": "told", "note": "the wrong office"}
    record = done(record, "withdraw_milestone", later(2), POLICY, **fields)
    line = last(record)
    assert (line.kind, line.summary) == ("milestone.withdrawn", "told withdrawn (the wrong office)")
    assert line.data == {"milestone": "told", "was": later(1).isoformat()}
    assert [m.superseded for m in record.milestones if m.name == "told"] == [True]
    assert record.milestone("told") is None
    assert "not set" in refusal(POLICY, record, "withdraw_milestone", milestone="told")


def test_a_slower_pace_says_from_when_on_it_holds() -> None:
    """That is at the policy's hour, or now if that hour has passed."""
    policy = policy_of(
        "communication: { lead: lead, audiences: { all: { channels: log } }, updates: { all: "
        "{ SEV1: { every: 20m, slower: { every: 1h, from: 2h, decided: 1h } } } } }\n"
    )
    record = done(incident(policy), "slow_updates", later(1), policy, audience="all")
    assert last(record).kind == "updates.slowed"
    assert last(record).summary == "slower updates to all from 2026-03-20 18:00:00 UTC on"
    late = done(incident(policy), "slow_updates", later(3), policy, audience="all")
    assert last(late).summary.endswith("from 2026-03-20 19:00:00 UTC on")
    assert "all" in refusal(policy, incident(policy), "slow_updates", audience="al")
