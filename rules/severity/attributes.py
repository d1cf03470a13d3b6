"""The attributes of an incident: which it can have, which it has, and what follows from them."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from models.base import ENGINE, MONITORING, Actor
from models.compiled import CompiledPolicy
from models.incident.record import AttributeChange, Incident, Report
from models.incident.timeline import EntryKind
from models.policy.values.words import suggestion
from models.readable import blank
from models.severity import CompiledSeverityRules
from rules.clocks.conditions import attribute_at, properties_of_every_incident
from rules.record.decision import Refusal
from rules.record.timeline import note
from rules.severity.rating import Said, with_computed
from rules.wording.sentences import sentences

Problem = tuple[str, str]
"""An attribute, and what is wrong with it or its value."""


def wrong_attributes(said: Mapping[str, str], policy: CompiledPolicy) -> tuple[Problem, ...]:
    """Attributes that the policy does not have, and values that its attributes cannot have."""
    return tuple(_wrong(said, policy.attributes))


def _wrong(said: Mapping[str, str], known: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for name, value in said.items():
        if name not in known:
            yield name, f"the policy has no attribute {name!r}; {suggestion(name, known)}"
        elif known[name] and value not in known[name]:
            yield name, f"{name} cannot be {value!r}; {suggestion(value, known[name])}"
        elif blank(value):
            yield name, f"{name} is blank"


def unknown_attributes(said: Mapping[str, str], policy: CompiledPolicy) -> Refusal | None:
    """The same problems as a refusal, if there are any."""
    wrong = wrong_attributes(said, policy)
    words = sentences(problem for _, problem in wrong)
    return Refusal("Refused", words) if wrong else None


def shared_labels(report: Report, policy: CompiledPolicy) -> dict[str, str]:
    """The attributes on which all alerts of a report agree, by their labels."""
    found = _labels(report, policy)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _labels(report: Report, policy: CompiledPolicy) -> dict[str, tuple[str, ...]]:
    """The values that the alerts give each attribute, if every alert gives it one."""
    stated = [record.alert.labels for record in report.alerts if record.alert.labels]
    found = {}
    for name, known in policy.attributes.items():
        values = tuple(dict.fromkeys(labels.get(name, "") for labels in stated))
        if values and all(value and (value in known or not known) for value in values):
            found[name] = values
    return found


def strange_labels(report: Report, policy: CompiledPolicy) -> tuple[Problem, ...]:
    """Labels of the alerts that name an attribute of the policy, but have an unknown value."""
    labels = {
        (name, value): None
        for record in report.alerts
        for name, value in record.alert.labels.items()
        if name in policy.attributes
    }
    return tuple(p for name, value in labels for p in wrong_attributes({name: value}, policy))


def attributes_reported(report: Report, policy: CompiledPolicy) -> dict[str, tuple[str, ...]]:
    """The attributes of a report: its own, its origin, and the labels of its alerts."""
    known = policy.attributes
    own = {
        name: (value,)
        for name, value in report.attributes.items()
        if name in known and (not known[name] or value in known[name])
    }
    labelled = _labels(report, policy) if report.reporter == MONITORING else {}
    everywhere = {n: (v,) for n, v in properties_of_every_incident(report).items() if v}
    return {**labelled, **own, **everywhere}


def attributes_stated(incident: Incident, policy: CompiledPolicy, at: datetime) -> Said:
    """The attributes of an incident at an instant, as people or its alerts stated them."""
    computed = {table.gives for table in _rules(policy).computed}
    found = attributes_reported(incident.report, policy)
    for change in sorted(incident.attributes, key=lambda change: change.at):
        if change.at <= at and not (change.name in computed and change.actor == ENGINE):
            found[change.name] = (change.value,)
    return found


def _rules(policy: CompiledPolicy) -> CompiledSeverityRules:
    return policy.severity_rules or CompiledSeverityRules()


def with_attributes(
    incident: Incident,
    policy: CompiledPolicy,
    said: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    happened_at: datetime,
    why: str = "",
) -> Incident:
    """The record with attributes set, and with those that follow from them."""
    for name, value in said.items():
        summary = f"{name} is {value}" + (f" ({why})" if why else "")
        changes = attribute_at(incident, name, happened_at) != value
        incident = _with(
            incident, name, value, summary, actor=actor, now=now, at=happened_at, changes=changes
        )
    known = with_computed(_rules(policy), attributes_stated(incident, policy, now))
    for table in _rules(policy).computed:
        name, values = table.gives or "", known.get(table.gives or "", ())
        if len(values) == 1 and attribute_at(incident, name, now) != values[0]:
            of = " and ".join(axis.attribute for axis in table.axes)
            earlier = [change.at for change in incident.attributes if change.name == name]
            at = max(happened_at, *earlier) if earlier else happened_at
            summary = f"{name} is {values[0]}, by {of}"
            incident = _with(incident, name, values[0], summary, actor=ENGINE, now=now, at=at)
    return incident


def _with(
    incident: Incident,
    name: str,
    value: str,
    summary: str,
    *,
    actor: Actor,
    now: datetime,
    at: datetime,
    changes: bool = True,
) -> Incident:
    """The record with an attribute set. Repeating a value is no change and raises no flag."""
    change = AttributeChange(name=name, value=value, at=at, actor=actor)
    attributes = (*incident.attributes, change) if changes else incident.attributes
    return note(
        incident.changed(attributes=attributes),
        EntryKind.ATTRIBUTE_SET,
        summary,
        actor=actor,
        now=now,
        happened_at=at,
        attribute=name,
        value=value,
    )
