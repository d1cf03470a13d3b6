"""Severities: what each means, how an incident gets it, who may change it."""

from collections.abc import Iterator
from itertools import product

from models.compiled import CompiledPolicy, RunningClocks
from models.severity import NONE, AttributeTable, CompiledSeverityRules
from policies.compiling.policy import compile_intake
from policies.render.sections.authority import asks, whom
from policies.render.writing.document import (
    Block,
    Blocks,
    Heading,
    Paragraph,
    Verbatim,
    bullets,
    table,
)
from policies.render.writing.view import View
from policies.render.writing.words import condition, listed
from rules.severity.rating import by_attributes, with_computed

_CLOCKS = {
    RunningClocks.KEEP: "keep their target",
    RunningClocks.RETARGET: "take the new target, with the time elapsed so far",
    RunningClocks.RESTART: "start anew",
}


def section(view: View) -> Blocks:
    """All of it."""
    yield Heading("Severities")
    yield _meanings(view)
    yield Heading("How an incident gets its severity")
    yield bullets(_sources(view), "")
    yield from _tables(view)
    yield from _labels(view)
    yield Heading("Changing a severity")
    yield bullets(_changes(view), "")


def _meanings(view: View) -> Block:
    return table(
        ("Severity", "Means", "Major incident"),
        (
            (name, severity.means, "yes" if severity.major else "no")
            for name, severity in view.policy.severities.items()
        ),
        "",
    )


def _sources(view: View) -> Iterator[str]:
    rules = view.compiled.severity_rules or CompiledSeverityRules()
    yield "A severity that somebody states counts first."
    if rules.tables:
        yield "Otherwise it follows from the attributes of the incident, by the tables below."
    if len(rules.tables) > 1:
        yield "If several of them give one, the worst counts."
    if rules.tables:
        unsure = "the worst of them counts" if rules.when_unsure == "worse" else "none of them does"
        yield f"If not enough is known and several are possible, {unsure}."
    if compile_intake(view.policy).severity.labels:
        yield "Otherwise the labels of its alerts give it; the worst of several counts."
    yield f"If nothing gives it, it is {view.compiled.default_severity}."
    for text, severity in rules.at_least.items():
        yield f"While {condition(text)}, it is at least {severity}."
    for text, severity in rules.caps.items():
        yield f"While {condition(text)}, it is at most {severity}, in every case."
    yield "It counts as unconfirmed until a person sets it; the assessment is not done before."


def _tables(view: View) -> Blocks:
    rules = view.compiled.severity_rules or CompiledSeverityRules()
    for given in (*rules.computed, *rules.tables):
        names = [axis.attribute for axis in given.axes]
        yield Paragraph(f"{given.gives or 'Severity'} by {listed(names)}:")
        yield _matrix(view.compiled, given)


def _matrix(policy: CompiledPolicy, given: AttributeTable) -> Block:
    """A table of attributes, each cell as the engine decides it."""
    *rows, last = given.axes
    if not rows:
        cells = ((value, _cell(policy, given, (value,))) for value in last.values)
        return table((last.attribute, given.gives or "severity"), cells, "")
    head = (*(axis.attribute for axis in rows), *(f"{last.attribute} {v}" for v in last.values))
    places = product(*(axis.values for axis in rows))
    cells_of = (
        (*place, *(_cell(policy, given, (*place, value)) for value in last.values))
        for place in places
    )
    return table(head, cells_of, "")


def _cell(policy: CompiledPolicy, given: AttributeTable, place: tuple[str, ...]) -> str:
    said = {axis.attribute: (value,) for axis, value in zip(given.axes, place, strict=True)}
    if given.gives:
        alone = CompiledSeverityRules(computed=(given,))
        return listed(with_computed(alone, said).get(given.gives, (NONE,)))
    alone = CompiledSeverityRules(tables=(given,))
    found = by_attributes(policy.changed(severity_rules=alone), said)
    return found[0] if found else NONE


def _labels(view: View) -> Blocks:
    labels = compile_intake(view.policy).severity.labels
    if labels:
        yield Paragraph("What the labels of alerts mean:")
        yield table(
            ("Label", "Value", "Severity"),
            (
                (Verbatim(label), Verbatim(value), severity)
                for label, values in labels.items()
                for value, severity in values.items()
            ),
            "",
        )


def _changes(view: View) -> Iterator[str]:
    policy = view.compiled
    for verb, at, rule, clocks in (
        ("raised", "to {} by", policy.raise_severity, policy.when_raised),
        ("lowered", "from {} by", policy.lower_severity, policy.when_lowered),
    ):
        may, asked = whom(rule, at), f", with {asks(rule)}" if asks(rule) else ""
        yield f"It may be {verb} by {may}{asked}. Clocks that run then {_CLOCKS[clocks]}."
    frozen_after = policy.severity_rules.frozen_after if policy.severity_rules else None
    if frozen_after:
        yield f"After {frozen_after} it no longer changes."
    yield "Reviews go by the worst severity that an incident ever had."
