"""Milestones that people set, correct and withdraw: what the record keeps and what is refused."""

from typing import Any

import pytest

from models.incident.record import Incident, TimelineEntry
from rules.record.decision import Decision, Refusal
from tests.rules.timed import incident, later, one
from tests.specimens import POLICY as SPECIMEN_POLICY
from tests.specimens import after, an_incident, done, outcome

POLICY = one("from: reported, to: told, within: 4h")
TOLD = done(incident(POLICY), "set_milestone", later(2), POLICY, milestone="told")


def decided(record: Incident, name: str, **fields: Any) -> tuple[Decision, TimelineEntry]:
    """What is decided three hours after the report, with its line."""
    answer = outcome(record, name, later(3), POLICY, milestone="told", **fields)
    assert isinstance(answer, Decision), answer
    return answer, answer.incident.timeline[-1]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "told"),
        ({"note": "by phone"}, "told (by phone)"),
        (
            {"latest_at": later(2)},
            "told, some time between 2026-03-20 17:00:00 and 2026-03-20 18:00:00 UTC",
        ),
        (
            {"latest_at": later(3), "note": "by phone"},
            "told, some time between 2026-03-20 17:00:00 and 2026-03-20 19:00:00 UTC (by phone)",
        ),
        (
            {"latest_at": later(1)},
            "told, some time between 2026-03-20 17:00:00 and 2026-03-20 17:00:00 UTC",
        ),
    ],
)
def test_a_milestone_line_has_the_instant_at_which_it_happened(
    said: dict[str, Any], words: str
) -> None:
    """The answer and the line say so; the time is at most now, and no more exact than given."""
    answer, line = decided(incident(POLICY), "set_milestone", happened_at=later(1), **said)
    assert answer.summary == line.summary == words
    assert (line.kind, line.happened_at, line.recorded_at) == (
        "milestone.told",
        later(1),
        later(3),
    )
    set_ = answer.incident.milestone("told")
    assert set_ is not None
    assert (set_.at, set_.latest_at) == (later(1), said.get("latest_at"))


@pytest.mark.parametrize("note", ["", "the wrong hour"])
def test_a_correction_names_the_earlier_value(note: str) -> None:
    """The line says which milestone moved, from when to when."""
    answer, line = decided(TOLD, "correct_milestone", happened_at=later(1), note=note)
    words = "told corrected from 2026-03-20 18:00:00 to 2026-03-20 17:00:00 UTC"
    assert answer.summary == line.summary == words + (f" ({note})" if note else "")
    assert line.data == {
        "milestone": "told",
        "was": later(2).isoformat(),
        "becomes": later(1).isoformat(),
    }


@pytest.mark.parametrize("note", ["", "the wrong office"])
def test_a_withdrawal_has_its_reason(note: str) -> None:
    """The line has the reason if there is one."""
    answer, line = decided(TOLD, "withdraw_milestone", note=note)
    assert answer.summary == line.summary == "told withdrawn" + (f" ({note})" if note else "")


REPORTED = incident(POLICY)
ACKNOWLEDGED = done(REPORTED, "acknowledge", later(1), POLICY)


@pytest.mark.parametrize(
    ("record", "name", "fields", "refusal"),
    [
        (
            REPORTED,
            "set_milestone",
            {"milestone": "tld"},
            ("Refused", "the policy has no milestone 'tld' of its own", ()),
        ),
        (TOLD, "set_milestone", {}, ("Refused", "told is already set: correct_milestone", ())),
        (
            TOLD,
            "correct_milestone",
            {"happened_at": None},
            ("Malformed", "happened_at is missing: give the correct instant", ("happened_at",)),
        ),
        (
            REPORTED,
            "correct_milestone",
            {"happened_at": later(1)},
            ("Refused", "milestone 'told' is not set, so it cannot be corrected", ()),
        ),
        (
            TOLD,
            "correct_milestone",
            {"happened_at": later(1), "latest_at": later(0.5)},
            ("Malformed", "latest_at must lie between happened_at and now", ("latest_at",)),
        ),
        (
            REPORTED,
            "withdraw_milestone",
            {},
            ("Refused", "milestone 'told' is not set, so it cannot be withdrawn", ()),
        ),
        (
            ACKNOWLEDGED,
            "withdraw_milestone",
            {"milestone": "acknowledged"},
            ("Refused", "acknowledged moved the incident: use reopen or return_to_diagnosis", ()),
        ),
    ],
)
def test_an_impossible_correction_is_refused_with_the_reason(
    record: Incident, name: str, fields: dict[str, Any], refusal: tuple[str, str, tuple[str, ...]]
) -> None:
    """If a field is at fault, the refusal names it."""
    answer = outcome(record, name, later(3), POLICY, **{"milestone": "told", **fields})
    assert isinstance(answer, Refusal)
    kind, words, missing = refusal
    assert (answer.kind, answer.message[: len(words)], answer.missing) == (kind, words, missing)


@pytest.mark.parametrize(
    ("minutes", "corrected"), [(-30, True), (0, True), (1 / 60, False), (30, False)]
)
def test_a_report_is_never_corrected_to_after_it_came_in(minutes: float, corrected: bool) -> None:  # noqa: FBT001
    """Clocks would gain time, and whoever searches by its instant would miss it."""
    policy = SPECIMEN_POLICY.changed(facts=SPECIMEN_POLICY.facts.changed(report_stays=True))
    incident, at = an_incident(policy), after(minutes)
    given = {"milestone": "reported", "happened_at": at, "note": "by phone"}
    answer = outcome(incident, "correct_milestone", after(40), policy, **given)
    if corrected:
        assert isinstance(answer, Decision)
        assert answer.incident.reported_at == at
    else:
        assert isinstance(answer, Refusal)
        assert answer.message.endswith("at the latest: the report had come in")


def test_an_incident_of_before_replays_as_it_went() -> None:
    """Its policy does not ask for it."""
    record = done(
        an_incident(),
        "correct_milestone",
        after(40),
        milestone="reported",
        happened_at=after(30),
        note="by phone",
    )
    assert record.reported_at == after(30)
