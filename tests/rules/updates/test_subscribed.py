"""Subscribers: which events they get, and what they read of them."""

from typing import Any

import pytest

from models.compiled import CompiledPolicy, ReviewRule, Subscriber
from models.incident.record import Incident, Report, TimelineEntry
from models.incident.timeline import EntryKind
from models.messages.message import MessageKind
from rules.record.carried import size
from rules.record.timeline import note
from rules.updates.event_message import FACTS, event_message
from rules.updates.subscribed import ALL, events_of, newly_concerned, subscribed
from states.lifecycle import State
from tests.specimens import ANA, POLICY, REPORT, START, after, an_incident, done

REGIONS = POLICY.changed(attributes={"region": ("eu", "us")})
STATES = ("acknowledged", "assessed", "diagnosed", "resolved")


def a_subscriber(*on: str, **fields: Any) -> Subscriber:
    """The subscriber `gate`, which gets these events."""
    return Subscriber(name="gate", channel="deploy", on=on).changed(**fields)


def line(kind: str) -> TimelineEntry:
    """A line of a kind."""
    return TimelineEntry(
        seq=1, kind=kind, happened_at=START, recorded_at=START, actor=ANA, summary=""
    )


def heard(subscriber: Subscriber, *records: Incident, minute: float = 30) -> list[str]:
    """The kinds of the lines that it gets, from one record to the next."""
    befores = (None, *records)
    got: list[TimelineEntry] = []
    for before, record in zip(befores, records, strict=False):
        known = before.next_seq if before else 0
        new = [entry for entry in record.timeline if entry.seq >= known]
        got += subscribed(subscriber, new, before, record, after(minute))
    return [entry.kind for entry in got]


Given = tuple[str, dict[str, Any]]
"""A command and its fields."""
COMMANDS: tuple[Given, ...] = (
    ("acknowledge", {}),
    ("hold", {"reason": "third_party"}),
    ("resume", {}),
    ("post_update", {"text": "we look", "audiences": ["stakeholders"]}),
    ("set_milestone", {"milestone": "aware"}),
    ("set_severity", {"severity": "SEV2", "note": "a workaround"}),
    ("add_note", {"text": "for us alone"}),
    ("begin_diagnosis", {"steps": ["impact"]}),
    ("mitigate", {}),
    ("begin_resolution", {"steps": ["cause"]}),
    ("resolve", {"steps": ["verify"]}),
)


def after_each(policy: CompiledPolicy, report: Report, *commands: Given) -> list[Incident]:
    """An incident as it was reported, and after each command, one a minute."""
    records = [an_incident(policy, report)]
    for minute, (command, fields) in enumerate(commands, 1):
        records.append(done(records[-1], command, after(minute), policy, **fields))
    return records


def test_each_line_is_told_in_the_words_of_the_policy() -> None:
    """Most lines are no event; a milestone of the policy's own is one."""
    told = {
        entry.kind: sorted(events_of(entry))
        for entry in after_each(POLICY, REPORT, *COMMANDS)[-1].timeline
        if events_of(entry)
    }
    assert told == {
        "incident.reported": ["reported", "state_changed"],
        "incident.acknowledged": ["acknowledged", "state_changed"],
        "incident.held": ["hold"],
        "incident.resumed": ["resume"],
        "update.posted": ["update_posted"],
        "milestone.aware": ["aware"],
        "severity.changed": ["severity_changed"],
        "incident.assessed": ["assessed", "state_changed"],
        "incident.mitigated": ["mitigated"],
        "incident.diagnosed": ["diagnosed", "state_changed"],
        "incident.resolved": ["resolved", "state_changed"],
    }


@pytest.mark.parametrize(
    ("on", "got"),
    [
        (("reported", "resolved"), ["incident.reported", "incident.resolved"]),
        (("aware",), ["milestone.aware"]),
        (("update_posted", "hold"), ["incident.held", "update.posted"]),
        (("closed",), []),
        (
            ("state_changed",),
            [f"incident.{kind}" for kind in ("reported", *STATES)],
        ),
    ],
)
def test_a_subscriber_gets_the_events_that_it_asks_for_in_order(
    on: tuple[str, ...], got: list[str]
) -> None:
    """Each once, and nothing else."""
    assert heard(a_subscriber(*on), *after_each(POLICY, REPORT, *COMMANDS)) == got


def test_all_is_every_event_and_no_other_line() -> None:
    """A note is for the timeline; nobody is told of messages, or of what other messages became."""
    records = after_each(POLICY, REPORT, *COMMANDS)
    kinds = heard(a_subscriber(ALL), *records)
    assert kinds == [entry.kind for entry in records[-1].timeline if events_of(entry)]
    assert "note.added" not in kinds
    messages = ("event.", "page.", "notification.", "reminder.")
    assert not any(events_of(line(k)) for k in EntryKind if k.startswith(messages))


def test_a_resolve_that_closes_is_told_to_who_waits_for_the_close() -> None:
    """A policy without a review closes an incident by resolving it."""
    policy = POLICY.changed(review=ReviewRule())
    records = after_each(policy, REPORT, *COMMANDS)
    assert records[-1].state is State.CLOSED
    assert heard(a_subscriber("closed"), *records) == ["incident.resolved"]


def test_who_was_told_of_a_milestone_is_told_that_it_was_not_so() -> None:
    """A tool that acts on a milestone must learn that it was wrong, and that it came earlier."""
    life: tuple[Given, ...] = (
        ("set_milestone", {"milestone": "aware"}),
        ("correct_milestone", {"milestone": "aware", "happened_at": START, "note": "a slip"}),
        ("withdraw_milestone", {"milestone": "aware", "note": "nobody knew"}),
    )
    records = after_each(POLICY, REPORT, *life)
    told = ["milestone.aware", "milestone.corrected", "milestone.withdrawn"]
    assert heard(a_subscriber("aware"), *records) == told
    assert heard(a_subscriber("acknowledged"), *records) == []


def test_who_was_told_of_an_acknowledgement_is_told_that_somebody_disputes_it() -> None:
    """By its link somebody else acknowledged, and the incident is unacknowledged again."""
    moved = line("acknowledgement.disputed").changed(
        data={"person": "ana", "source": "assessment", "target": "reported"}
    )
    assert events_of(moved) == {"acknowledged", "state_changed"}
    assert events_of(moved.changed(data={"person": "ana"})) == {"acknowledged"}


WORST = ("SEV1",)
LOWER: Given = ("set_severity", {"severity": "SEV3", "note": "a workaround"})
RAISE: Given = ("set_severity", {"severity": "SEV1", "note": "it is everywhere"})


def test_who_asks_for_the_worst_learns_when_it_gets_worse_and_when_it_does_not_count_any_more() -> (
    None
):
    """Otherwise a pipeline would stay blocked, or go on, whatever events it listens to."""
    mild = REPORT.changed(severity="SEV3")
    records = after_each(POLICY, mild, ("acknowledge", {}), RAISE, LOWER, *COMMANDS[7:])
    gate = a_subscriber("reported", "resolved", severities=WORST)
    assert heard(gate, *records) == ["severity.changed", "severity.changed"]
    assert heard(gate.changed(severities=()), *records) == [
        "incident.reported",
        "incident.resolved",
    ]


def test_conditions_limit_whose_incidents_a_subscriber_hears_of() -> None:
    """By the service, or by an attribute; one that begins or ceases to hold is told."""
    european: Given = ("set_attribute", {"attribute": "region", "value": "eu"})
    american: Given = ("set_attribute", {"attribute": "region", "value": "us"})
    life: tuple[Given, ...] = (
        ("acknowledge", {}),
        european,
        ("hold", {"reason": "third_party"}),
        american,
    )
    records = after_each(REGIONS, REPORT, *life, ("resume", {}))
    assert heard(a_subscriber("reported", when=("service=checkout",)), *records) == [
        "incident.reported"
    ]
    assert heard(a_subscriber(ALL, when=("service=search",)), *records) == []
    assert heard(a_subscriber("hold", "resume", when=("region=eu",)), *records) == [
        "attribute.set",
        "incident.held",
        "attribute.set",
    ]


def test_an_adopted_policy_tells_whom_the_incident_concerns_only_since() -> None:
    """Who is new, or was not concerned before; not who hears of the incident already."""
    incident = an_incident()
    known, wider = a_subscriber("resolved"), a_subscriber("all", severities=("SEV2",))
    old = POLICY.changed(subscribers=(known, wider.changed(name="board")))
    elsewhere = a_subscriber("all", when=("service=search",)).changed(name="search")
    new = POLICY.changed(
        subscribers=(
            known.changed(on=("all",)),
            wider.changed(name="board", severities=("SEV1",)),
            a_subscriber("closed").changed(name="chat"),
            elsewhere,
        )
    )
    concerned = newly_concerned(old, new, incident, after(1))
    assert [each.name for each in concerned] == ["board", "chat"]


def test_a_subscriber_reads_the_line_and_the_incident_as_it_was_then() -> None:
    """The line reads as in the API."""
    incident = after_each(POLICY, REPORT, COMMANDS[0])[-1]
    entry = next(e for e in incident.timeline if e.kind == "incident.acknowledged")
    told = event_message(a_subscriber(ALL), entry, incident, after(2))
    assert (told.key, told.kind, told.recipient) == (
        f"INC-260327-TEST/event-{entry.seq}:gate",
        MessageKind.EVENT,
        "gate",
    )
    assert told.event is not None
    assert told.event.model_dump(mode="json") == {
        "type": "incident.acknowledged",
        "timestamp": "2026-03-27T16:51:00Z",
        "data": {
            "incident": "INC-260327-TEST",
            "sequence": entry.seq,
            "happened_at": "2026-03-27T16:51:00Z",
            "open": True,
            "state": "assessment",
            "severity": "SEV1",
            "title": "Checkout fails",
            "service": "checkout",
            "attributes": {},
            "line": entry.model_dump(mode="json"),
        },
    }


def test_a_subscriber_reads_only_what_it_may_see() -> None:
    """Neither names nor words leave by another part of the message."""
    incident = after_each(POLICY, REPORT, COMMANDS[0])[-1]
    gate = a_subscriber(ALL, sees=("state",))
    told = [event_message(gate, entry, incident, after(2)) for entry in incident.timeline]
    text = " ".join(message.model_dump_json() for message in told)
    assert [word for word in ("ana", "Checkout", "checkout", "SEV1") if word in text] == []
    assert told[-1].event is not None
    assert sorted(told[-1].event.data) == ["happened_at", "incident", "open", "sequence", "state"]


def test_an_event_is_bounded_whatever_was_written() -> None:
    """A subscriber's server, and the history, get a few KiB at most."""
    nasty = "\U0001f4a5" * 300
    report = REPORT.changed(title=nasty, service=nasty * 9, attributes={"region": nasty * 9})
    incident = note(
        an_incident(REGIONS, report), EntryKind.NOTE_ADDED, nasty * 9, actor=ANA, now=after(1),
        text=nasty * 30,
    )  # fmt: skip
    told = event_message(a_subscriber(ALL), incident.timeline[-1], incident, after(1))
    assert size(told) < 10_000
    assert told.event is not None
    assert (told.event.data["attributes"], told.event.data["line"]["data"]) == ({}, {})
    assert set(FACTS) <= set(told.event.data)
