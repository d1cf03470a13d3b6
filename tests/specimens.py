"""A small policy and the incidents under it, for tests that need one of each."""

from datetime import UTC, datetime, timedelta

from models.base import Actor
from models.command import COMMANDS
from models.compiled import (
    Audience,
    AuthorityRule,
    CompiledPolicy,
    EscalationPolicy,
    FactsRule,
    Level,
    Person,
    ReviewRule,
    RoleRule,
    Step,
)
from models.incident.record import INCIDENT_REPORT, Document, Incident, Report
from models.time.cadence import Rhythm
from models.time.clock import Action, ActionKind, ClockSpec, OnRepeat, Target, Threshold
from rules.commands.beginning.first_record import open_incident
from rules.commands.judgement import judge
from rules.record.decision import Decision, Outcome

START = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)
ANA = Actor(name="ana", via="console")


def minutes(count: float) -> timedelta:
    """`count` minutes."""
    return timedelta(minutes=count)


def after(count: float) -> datetime:
    """The instant `count` minutes after the start."""
    return START + minutes(count)


def clock(
    name: str,
    starts: str,
    stops: str,
    *,
    sev1: float,
    sev2: float | None = None,
    at: dict[float, tuple[Action, ...]] | None = None,
    pauses_on: tuple[str, ...] = (),
    on_repeat: OnRepeat = OnRepeat.CONTINUE,
    outlives: bool = False,
) -> ClockSpec:
    """A clock with targets in minutes."""
    within = {"SEV1": Target(within=minutes(sev1))}
    if sev2 is not None:
        within["SEV2"] = Target(within=minutes(sev2))
    thresholds = tuple(
        Threshold(name=f"{fraction:.0%}", fraction=fraction, actions=actions)
        for fraction, actions in (at or {}).items()
    )
    return ClockSpec(
        name=name,
        starts=starts,
        stops=stops,
        within=within,
        thresholds=thresholds,
        pauses_on=pauses_on,
        on_repeat=on_repeat,
        outlives=outlives,
    )


NOTIFY_STAKEHOLDERS = Action(kind=ActionKind.NOTIFY, target="stakeholders")

POLICY = CompiledPolicy(
    name="Specimen policy",
    version="1",
    policy_hash="0" * 64,
    severities=("SEV1", "SEV2", "SEV3"),
    default_severity="SEV2",
    people={
        "ana": Person(name="ana", email="ana@example.com", channels=("pager",)),
        "bo": Person(name="bo", email="bo@example.com"),
        "cy": Person(name="cy", email="cy@example.com"),
    },
    fallbacks={"pager": "log"},
    paging_channels=("pager",),
    steps=(
        Step(
            id="impact",
            do="Confirm the impact",
            by="incident_manager",
            state="assessment",
            required=True,
        ),
        Step(
            id="cause", do="Record the cause", by="technical_team", state="diagnosis", required=True
        ),
        Step(
            id="verify", do="Verify the fix", by="technical_team", state="resolution", required=True
        ),
        Step(id="tidy", do="Tidy up", by="technical_team", state="resolution", required=False),
    ),
    roles=(
        RoleRule(name="incident_manager", required={"SEV1": minutes(0)}, default="acknowledger"),
        RoleRule(name="technical_team"),
        RoleRule(name="communication_lead", required={"SEV1": minutes(30)}),
    ),
    escalation=EscalationPolicy(
        name="default",
        levels=(
            Level(page=("person:ana",), wait=minutes(5)),
            Level(page=("person:bo", "role:incident_manager"), wait=minutes(10)),
            Level(page=("person:cy",), wait=minutes(15)),
        ),
        repeat=1,
    ),
    authority={
        "close": AuthorityRule(by=("incident_manager",)),
        "cancel": AuthorityRule(reasons=("false_alarm", "duplicate_of")),
    },
    lower_severity=AuthorityRule(by=("incident_manager",), needs_note=True),
    clocks=(
        clock(
            "acknowledge",
            "reported",
            "acknowledged",
            sev1=5,
            sev2=15,
            at={0.5: (), 1.0: (NOTIFY_STAKEHOLDERS,)},
        ),
        clock("assess", "reported", "assessed", sev1=15, sev2=30),
        clock("diagnose", "assessed", "diagnosed", sev1=60, sev2=240, pauses_on=("third_party",)),
        clock("resolve", "reported", "resolved", sev1=240, sev2=480, pauses_on=("third_party",)),
        clock("repair", "diagnosed", "resolved", sev1=60, on_repeat=OnRepeat.NEW),
        clock("regulator", "aware", "regulator_notified", sev1=1440, sev2=1440, outlives=True),
    ),
    hold_reasons=("third_party", "change_window"),
    audiences=(
        Audience(
            name="stakeholders",
            channels=("log",),
            on=("reported", "resolved"),
            rhythms={"SEV1": Rhythm(every=Target(within=minutes(30)))},
        ),
        Audience(name="executives", channels=("log",), on=("severity_changed",)),
    ),
    communication_lead="communication_lead",
    milestones=("aware", "regulator_notified"),
    facts=FactsRule(reason_after=timedelta(days=3660)),
    closes_detours=True,
    demands_wait=True,
    judges_in_full=True,
    review=ReviewRule(
        required={"SEV1": "always", "SEV2": "when breached"},
        led_by="incident_manager",
        aspects=("cause", "response"),
        documents=("incident_report",),
    ),
)

REPORT = Report(
    title="Checkout fails",
    nature="Customers cannot pay",
    affected_systems=("checkout",),
    severity="SEV1",
    service="checkout",
    reporter=Actor(name="monitoring", via="alerts"),
)


def an_incident(policy: CompiledPolicy = POLICY, report: Report = REPORT) -> Incident:
    """An incident as it is reported at START."""
    return open_incident("INC-260327-TEST", report, policy, START)


def outcome(
    incident: Incident, name: str, now: datetime, policy: CompiledPolicy = POLICY, **fields: object
) -> Outcome:
    """What a command by ana (unless told otherwise) does at `now`."""
    payload = {"actor": "ana", "via": "console", **fields}
    return judge(name, COMMANDS[name].payload.model_validate(payload), incident, policy, now)


def done(
    incident: Incident, name: str, now: datetime, policy: CompiledPolicy = POLICY, **fields: object
) -> Incident:
    """The incident after a command that must succeed."""
    answer = outcome(incident, name, now, policy, **fields)
    assert isinstance(answer, Decision), answer
    return answer.incident


def with_report(incident: Incident, now: datetime) -> Incident:
    """The incident once the engine has written its report."""
    written = Document(name=INCIDENT_REPORT, uri="file:///r", at=now, sha256="0" * 64)
    return incident.changed(documents=(*incident.documents, written))


def a_diagnosed_incident() -> Incident:
    """Acknowledged at 2, assessed at 10, diagnosed at 40 minutes; ana leads."""
    incident = done(an_incident(), "acknowledge", after(2))
    incident = done(incident, "set_severity", after(5), severity="SEV1")
    incident = done(incident, "complete_step", after(8), step="impact")
    incident = done(incident, "begin_diagnosis", after(10))
    incident = done(incident, "complete_step", after(39), step="cause")
    return done(incident, "begin_resolution", after(40))
