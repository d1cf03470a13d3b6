"""The report of an incident in which everything happened, word for word.

`incident_report.md` is what an auditor reads. The rows go in out of order, so that the order of the
document is a claim too.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.alert import Alert, AlertRecord, AlertStatus
from models.base import Actor
from models.incident.record import (
    ActionItem,
    AttributeChange,
    Document,
    Hold,
    Incident,
    Lesson,
    Link,
    Milestone,
    Refusals,
    Review,
    RoleHolder,
    SeverityChange,
    StatusUpdate,
    StepDone,
    TimelineEntry,
    TimelineSegment,
)
from models.people.responsibility import HandoverCount, PolicyOverride
from models.time.calendar import CalendarSlice
from models.time.clock import (
    ClockReading,
    ClockStatus,
    Measure,
    MetricSpec,
    Stage,
)
from rules.incident_reports.clocks import outcome
from rules.incident_reports.document import incident_report_markdown
from tests.rules.breached import a_threshold
from tests.specimens import ANA, POLICY, REPORT, after, an_incident, minutes

WHOLE = Path(__file__).parent / "incident_report.md"
BO = Actor(name="bo", via="api")
STARS = "*x* | y"
"""Text from outside that would be Markdown."""


def an_alert(name: str, seen: float, **fields: object) -> AlertRecord:
    """An alert that was first seen at a minute, and three minutes later."""
    by = fields.pop("by", None)
    alert = Alert.model_validate(
        {
            "fingerprint": name,
            "name": name,
            "status": AlertStatus.FIRING,
            "started_at": after(seen - 1),
            **fields,
        }
    )
    return AlertRecord(
        alert=alert,
        first_seen_at=after(seen),
        last_seen_at=after(seen + 3),
        times_seen=2,
        taken_over_by=by,
    )


def a_milestone(name: str, at: float, recorded: float, **fields: object) -> Milestone:
    """A milestone of ana's."""
    return Milestone.model_validate(
        {"name": name, "at": after(at), "recorded_at": after(recorded), "actor": ANA, **fields}
    )


def a_line(seq: int, happened: float, recorded: float) -> TimelineEntry:
    """A line of the timeline."""
    return TimelineEntry(
        seq=seq,
        kind="step.done",
        happened_at=after(happened),
        recorded_at=after(recorded),
        actor=BO,
        summary=f"line {seq} {STARS}",
    )


def a_reading(name: str, stage: Stage, **fields: object) -> ClockReading:
    """A clock of an hour, as it is read."""
    return ClockReading.model_validate(
        {
            "clock": name,
            "run": 1,
            "stage": stage,
            "status": ClockStatus.MET,
            "started_at": after(0),
            "target": minutes(60),
            "elapsed": minutes(50),
            "remaining": minutes(10),
            **fields,
        }
    )


READINGS = (
    a_reading("one", Stage.COMPLETED, breach_at=after(60), stopped_at=after(50)),
    a_reading(
        "two",
        Stage.IN_PROGRESS,
        run=2,
        status=ClockStatus.BREACHED,
        calendar="office*",
        measure=Measure.OPEN_HOURS,
        late_by=minutes(5),
        breach_at=after(61),
    ),
)
"""One that was met and one that is late."""

RESPONDED: dict[str, Any] = {
    "roles": (RoleHolder(role="lead*", person="ana*", since_at=after(2)),),
    "handover_counts": (HandoverCount(role="lead*", accepted=1, declined=2, lapsed=3),),
    "overrides": (
        PolicyOverride(
            command="close", actor=ANA, at=after(9), reason=STARS, instead_of="no *way*"
        ),
    ),
    "steps": (
        StepDone(step="impact", at=after(8), actor=ANA, note=STARS),
        StepDone(step="old*", at=after(9), actor=BO, note="of before"),
    ),
    "updates": (
        StatusUpdate(at=after(20), actor=ANA, audiences=("staff", "bo*ard"), text="Half\nworks"),
        StatusUpdate(at=after(30), actor=BO, audiences=(), text="To myself"),
    ),
    "holds": (
        Hold(reason="vendor*", from_at=after(20), until_at=after(35)),
        Hold(reason="vendor", from_at=after(80)),
    ),
    "alerts": {
        "late": an_alert("late", 9, by="INC-9"),
        "ends": an_alert(
            "ends*",
            4,
            status=AlertStatus.RESOLVED,
            ended_at=after(6),
            summary=STARS,
            source="am",
            link="https://m.example.com",
        ),
    },
    "truncated_alerts": 2,
}
FOLLOWED: dict[str, Any] = {
    "review": Review(
        at=after(90),
        actor=BO,
        lead="ana*",
        attendees=("bo*", "cy"),
        aspects={"cause*": "A *bad*\nindex", "response": " "},
    ),
    "lessons": (Lesson(at=after(70), actor=ANA, text=STARS),),
    "action_items": (
        ActionItem(
            id="A1", at=after(71), text=STARS, owner="b*o", due_at=after(9000), priority="high*"
        ),
        ActionItem(id="A2", at=after(72), text="Rest", owner="cy", due_at=None, priority="low"),
    ),
    "documents": (
        Document(name="slides*", uri="https://d.example.com/*1", at=after(73), sha256="ab"),
        Document(name="notes", uri="file:///n", at=after(74)),
    ),
    "links": (Link(relation="caused*by", target="CHG*7"),),
}
TOLD: dict[str, Any] = {
    "milestones": (
        a_milestone("closed", 85, 85),
        a_milestone("reported", 0, 0),
        a_milestone("acknow*ledged", 9, 9, void_at=after(11)),
        a_milestone("acknowledged", 4, 9),
        a_milestone("fixed", 4, 7, superseded=True),
    ),
    "severities": (
        SeverityChange(severity="SEV2", at=after(10), actor=ANA, confirmed=True),
        SeverityChange(severity="SEV1", at=after(0), actor=BO, confirmed=False),
    ),
    "severity": "SEV2",
    "attributes": (AttributeChange(name="imp*act", value="all", at=after(3), actor=ANA),),
    "fired": (
        a_threshold("100%*", 15, 16, superseded=True),
        a_threshold("late", 12.5, 15),
        a_threshold("50%", 14.99, 15),
    ),
    "timeline": (a_line(12, 5, 5.01), a_line(11, 5, 8), a_line(10, 6, 6.02)),
    "segments": (
        TimelineSegment(uri="file:///x*/1.json", sha256="ab", first_seq=1, last_seq=6),
        TimelineSegment(uri="file:///x/2.json", sha256="cd", first_seq=7, last_seq=9),
    ),
    "refusals": Refusals(recorded=100, dropped=4),
}
OFFICE = CalendarSlice(
    calendar="office",
    zone="UTC",
    as_of=after(0),
    valid_from=after(0),
    valid_until=after(9000),
    opens=((after(0), after(30)),),
    days=((after(0), after(30)),),
    offsets=((after(0), 0),),
)
FIGURES = POLICY.changed(
    metrics=(
        MetricSpec(name="time_to_*fix", starts="reported", stops="acknowledged"),
        MetricSpec(name="in_office", starts="reported", stops="gone", calendar="office"),
    ),
    slices={"office": OFFICE},
)


def everything() -> Incident:
    """An incident with one of each thing, and two where they have an order."""
    report = REPORT.changed(
        title=f"It {STARS}",
        nature="It\n*fails*",
        affected_systems=("web*", "shop"),
        service="pay*",
        group_id="AG*1",
        previous_incident="INC*0",
    )
    return an_incident(POLICY, report).changed(**RESPONDED, **FOLLOWED, **TOLD)


def test_the_report_of_an_incident_in_which_everything_happened() -> None:
    """Nothing is missing, nothing is in the wrong column, no text becomes Markdown."""
    assert incident_report_markdown(everything(), FIGURES, READINGS, after(95)) == WHOLE.read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("stage", "late", "words"),
    [
        (Stage.COMPLETED, None, "met, 10 min to spare"),
        (Stage.COMPLETED, 5, "breached by 5 min"),
        (Stage.CANCELLED, None, "cancelled: its stop can no longer come"),
        (Stage.CANCELLED, 5, "breached by 5 min, then cancelled"),
        (Stage.PAUSED, None, "paused, 10 min left"),
        (Stage.PAUSED, 5, "breached by 5 min, paused"),
        (Stage.IN_PROGRESS, None, "running, 10 min left"),
        (Stage.IN_PROGRESS, 0, "breached by 0 s, running"),
    ],
)
def test_a_clock_has_its_outcome_and_its_amount(
    stage: Stage, late: float | None, words: str
) -> None:
    """Late is late, whatever ended the clock."""
    late_by = None if late is None else timedelta(minutes=late)
    assert outcome(a_reading("x", stage, late_by=late_by)) == words


def test_an_empty_part_of_the_record_is_left_out() -> None:
    """It has no overrides, no handovers, no other attendees; a hold that ran backwards is none."""
    bare = an_incident(report=REPORT.changed(service=None)).changed(
        review=Review(at=after(9), actor=ANA, lead="ana", attendees=(), aspects={}),
        holds=(Hold(reason="x", from_at=after(9), until_at=after(5)),),
    )
    report = incident_report_markdown(bare, POLICY, READINGS[:1], after(9))
    assert "Attended by: nobody else" in report
    assert "| Time on hold | 0 s |" in report
    assert "| State | reported |" in report
    assert "| Severity | SEV1 (not confirmed by a person) |" in report
    assert "| Clocks breached | 0 of 1 |" in report
    assert "## Roles\n\nNone recorded.\n\n## Alerts\n\nNone recorded.\n\n## Mile" in report
    for absent in (
        "## Overrides",
        "Handovers accepted",
        "left out",
        "Entries",
        "refused",
        "Service",
        "Alert group",
        "Follows",
    ):
        assert absent not in report
