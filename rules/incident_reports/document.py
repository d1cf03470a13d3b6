"""The incident report: the whole story of an incident in one Markdown document."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from models.compiled import CompiledPolicy
from models.incident.record import Incident, Milestone, TimelineEntry
from models.proof import Proof
from models.time.clock import ClockReading, ClockStatus, MetricReading
from rules.clocks.conditions import attribute_words
from rules.clocks.metrics import read_metrics
from rules.clocks.recorded_breaches import breaches
from rules.commands.lifecycle_facts import highest_severity
from rules.incident_reports.clocks import breach_section, clocks, doubt_section, thresholds
from rules.incident_reports.sections import aftermath, what_happened, who, work
from rules.wording.clocks import counted, ranged
from rules.wording.markdown import plain, section, table
from rules.wording.times import Told, in_zone, span, stamp

FACT, VALUE = "Fact", "Value"
DURATIONS = (
    ("Time to acknowledge", "acknowledged"),
    ("Time to mitigate", "mitigated"),
    ("Time to resolve", "resolved"),
    ("Time to close", "closed"),
)


ALL_UTC = "All times are UTC."


def _moments(policy: CompiledPolicy) -> Told:
    """How the report writes instants; in UTC the document says once that all are."""
    local = policy.local_times
    return partial(in_zone, local=local) if local else stamp


def _held_for(incident: Incident, now: datetime) -> timedelta:
    spans = ((hold.until_at or now) - hold.from_at for hold in incident.holds)
    return sum((max(length, timedelta()) for length in spans), timedelta())


def _severity(incident: Incident) -> str:
    confirmed = "confirmed" if incident.severity_confirmed else "not confirmed by a person"
    return f"{plain(incident.severity)} ({confirmed})"


def _header(
    incident: Incident,
    policy: CompiledPolicy,
    readings: Sequence[ClockReading],
    now: datetime,
    moment: Told,
) -> str:
    report = incident.report
    runs = {(r.clock, r.run) for r in readings}
    breached = {(r.clock, r.run) for r in readings if r.status is ClockStatus.BREACHED}
    fired = breaches(incident)
    breached |= {(b.clock, b.run) for b in fired}
    taken_back = len({(b.clock, b.run) for b in fired if b.corrected})
    rows = [
        ("Incident", plain(incident.id)),
        ("State", incident.state.value + (", on hold" if incident.hold else "")),
        ("Severity", _severity(incident)),
        ("Highest severity", plain(highest_severity(incident, policy))),
        ("Reported", f"{moment(incident.reported_at)} by {who(report.reporter)}"),
        *_durations(incident),
        *_metrics(incident, policy, now),
        ("Time on hold", span(_held_for(incident, now))),
        (
            "Clocks breached",
            f"{len(breached)} of {len(runs | breached)}"
            + (f", {taken_back} of them corrected since" if taken_back else ""),
        ),
        ("Service", plain(report.service or "")),
        ("Attributes", plain(attribute_words(incident, now))),
        ("Alert group", plain(report.group_id or "")),
        ("Follows incident", plain(report.previous_incident or "")),
        ("Policy", f"{plain(policy.name)} {plain(policy.version)} (`{policy.policy_hash}`)"),
        ("Report as of", moment(now)),
    ]
    return table((FACT, VALUE), [row for row in rows if row[1]])


def _durations(incident: Incident) -> list[tuple[str, str]]:
    rows = []
    for label, name in DURATIONS:
        milestone = incident.milestone(name)
        if milestone:
            words = span(milestone.at - incident.reported_at)
            if milestone.latest_at:
                words += f" to {span(milestone.latest_at - incident.reported_at)}"
            rows.append((label, words))
    return rows


def _metrics(incident: Incident, policy: CompiledPolicy, now: datetime) -> list[tuple[str, str]]:
    return [
        (
            plain(metric.metric.replace("_", " ").capitalize()),
            ranged(metric.elapsed_between, metric)
            + (f" ({plain(metric.counts_by)})" if metric.counts_by else "")
            + ("" if metric.stopped_at else ", and counting")
            + _negative(metric),
        )
        for metric in read_metrics(policy, incident, now)
    ]


def _negative(metric: MetricReading) -> str:
    if metric.negative_by is None:
        return ""
    return f" — doubtful: its end lies {counted(metric.negative_by, metric)} before its start"


def _remark(milestone: Milestone, moment: Told) -> str:
    remarks = []
    if milestone.latest_at:
        remarks.append(f"some time until {moment(milestone.latest_at)}")
    if milestone.recorded_at > milestone.at:
        remarks.append(f"backdated by {span(milestone.recorded_at - milestone.at)}")
    if milestone.disputed:
        dispute = milestone.disputed
        remarks.append(f"disputed by {who(dispute.actor)} at {moment(dispute.at)}")
    elif milestone.superseded:
        remarks.append("replaced by a correction")
    elif milestone.void_at:
        remarks.append(f"no longer true from {moment(milestone.void_at)}")
    return ", ".join(remarks)


def _milestones(incident: Incident, moment: Told) -> str:
    return table(
        ("Milestone", "Happened", "Recorded", "By", "Remark"),
        [
            (
                plain(milestone.name),
                moment(milestone.at),
                moment(milestone.recorded_at),
                who(milestone.actor),
                _remark(milestone, moment),
            )
            for milestone in sorted(incident.milestones, key=lambda m: (m.at, m.recorded_at))
        ],
    )


def _timeline_row(entry: TimelineEntry, moment: Told) -> tuple[str, ...]:
    recorded = moment(entry.recorded_at)
    lag = entry.recorded_at - entry.happened_at
    if lag >= timedelta(seconds=1):
        recorded += f" ({span(lag)} later)"
    return (
        str(entry.seq),
        moment(entry.happened_at),
        recorded,
        who(entry.actor),
        plain(entry.kind),
        plain(entry.summary),
    )


def _timeline(incident: Incident, moment: Told) -> tuple[str, ...]:
    elsewhere = [
        f"Entries {part.first_seq} to {part.last_seq} are kept in {plain(part.uri)} "
        f"(SHA-256 `{part.sha256}`)."
        for part in incident.segments
    ]
    ordered = sorted(incident.timeline, key=lambda entry: (entry.happened_at, entry.seq))
    told = table(
        ("No.", "Happened", "Recorded", "Who", "Kind", "What"),
        [_timeline_row(entry, moment) for entry in ordered],
    )
    return ("\n".join(elsewhere), told, "\n".join(_refused_again(incident, moment)))


def _refused_again(incident: Incident, moment: Told) -> Iterator[str]:
    """Commands that were refused more than once, and how many were only counted."""
    for attempt in incident.refusals.attempts:
        if attempt.times > 1:
            known = "" if attempt.proof is Proof.CLAIMED else f" ({attempt.proof})"
            who_tried = f"{plain(attempt.actor)}{known} was refused {plain(attempt.command)}"
            often = f"{attempt.times} times, the last time at {moment(attempt.last_at)}"
            words = (f"{plain(name)}: {plain(text)}" for name, text in attempt.said.items())
            last = f", then with the words: {'; '.join(words)}" if attempt.said else ""
            yield f"- {who_tried} {often} (No. {attempt.seq}){last}."
    if incident.refusals.dropped:
        yield f"- {incident.refusals.dropped} further refused commands were counted, not kept."


def incident_report_markdown(
    incident: Incident,
    policy: CompiledPolicy,
    readings: tuple[ClockReading, ...],
    now: datetime,
) -> str:
    """The report as of `now`, in the zone of the policy; `readings` are the clocks at `now`."""
    moment = _moments(policy)
    title = f"# Incident report: {plain(incident.id)} — {plain(incident.report.title)}"
    parts = [
        title,
        f"All times are in {plain(policy.time_zone)}." if policy.local_times else ALL_UTC,
        _header(incident, policy, readings, now, moment),
        *doubt_section(incident, policy, now),
        *what_happened(incident, moment),
        section("Milestones", _milestones(incident, moment)),
        section("Clocks", clocks(readings, moment)),
        *breach_section(incident, moment),
        section("Thresholds that fired", thresholds(incident, moment)),
        *work(incident, policy, now, moment),
        *aftermath(incident, moment),
        section("Timeline", *_timeline(incident, moment)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
