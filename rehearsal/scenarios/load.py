"""Loads a scenario file as a `Scenario`, or reports every problem with its line and column."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from models.command import AdoptPolicyCommand, CommandSpec
from models.incident.record import Report
from models.policy.values.words import suggestion
from models.scenario import EVENT_KEYS, ON_CALL, Expectation, Scenario, ScenarioEvent, instant_of
from policies.reading.findings import Finding
from policies.reading.load import Loaded, read_document
from policies.reading.problems import Problem, in_order
from policies.reading.shape import complaint
from policies.reading.tree import Loc
from rehearsal.scenarios.payloads import NoAlerts, payload_file
from rehearsal.scenarios.unknown_names import unknown_names
from rehearsal.scenarios.wording import (
    ADOPTED,
    NOT_WRITTEN,
    NoMoment,
    names_of_commands,
    payload_of,
    report_of,
    spec_of,
    word_for,
    written_as,
)
from states.lifecycle import State

DEFAULT_NAME = "incident"
"""The name of an incident if the scenario gives it none."""
_ITEM = 2
"""The paths `events[3]` and `expect[3]` have two parts."""


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """The result of loading a file: the scenario, or the problems that prevent playing it."""

    file: Path
    scenario: Scenario | None
    problems: tuple[Problem, ...]

    def beside(self, name: str) -> Path:
        """A file that the scenario names: next to the scenario, or in the working directory."""
        return beside(self.file, name)


def beside(file: Path, name: str) -> Path:
    """The file `name` next to `file`, otherwise in the working directory."""
    near = file.parent / name
    return near if near.exists() else Path(name)


def load_scenario(path: Path | str, policy: Path | None = None) -> LoadedScenario:
    """Read a scenario that is played under `policy`, or under the policy it names.

    Raises nothing: everything that is wrong is in `problems`.
    """
    file = Path(path)
    read = read_document(file, "scenario")
    if read.tree.value is None:
        return LoadedScenario(file, None, read.problems)
    try:
        scenario = Scenario.model_validate(read.tree.value)
    except ValidationError as error:
        found = [complaint(item, _known_keys) for item in error.errors(include_url=False)]
        problems = [read.problem(loc, what, instead, key=key) for loc, key, what, instead in found]
        return LoadedScenario(file, None, in_order((*read.problems, *problems)))
    findings = (*_findings(scenario, file), *_of_names(scenario, file, policy))
    placed = [_placed(read, finding) for finding in findings]
    problems = list(in_order((*read.problems, *placed)))
    return LoadedScenario(file, None if problems else scenario, tuple(problems))


def _placed(read: Loaded, finding: Finding) -> Problem:
    return read.problem(
        finding.loc, finding.what, finding.instead, key=finding.key, level=finding.level
    )


def _known_keys(loc: Loc) -> tuple[str, ...]:
    if not loc:
        return tuple(Scenario.model_fields)
    if len(loc) == _ITEM and loc[0] == "events":
        return EVENT_KEYS
    return tuple(Expectation.model_fields) if loc[0] == "expect" else ()


def _findings(scenario: Scenario, file: Path) -> Iterator[Finding]:
    if scenario.policy and not beside(file, scenario.policy).exists():
        yield Finding(("policy",), f"there is no file {scenario.policy}", "")
    if not scenario.events:
        yield Finding(("events",), "nothing happens in this scenario", "write an event below it")
    opening = (e for e in scenario.events if e.alert or e.report is not None)
    names = {event.incident or DEFAULT_NAME for event in opening}
    ends = instant_of(scenario.until, scenario.starts) if scenario.until is not None else None
    for number, event in enumerate(scenario.events):
        loc: Loc = ("events", number)
        yield from _of_event(event, loc, scenario, file)
        yield from _of_name(event.incident, names, loc)
        if ends and instant_of(event.at, scenario.starts) > ends:
            yield Finding((*loc, "at"), "this happens after the scenario ends", "change until")
    for number, expected in enumerate(scenario.expect):
        loc = ("expect", number)
        yield from _of_name(expected.incident, names, loc)
        yield from _of_words(expected, loc)


def _of_names(scenario: Scenario, file: Path, policy: Path | None) -> Iterator[Finding]:
    played = policy or (beside(file, scenario.policy) if scenario.policy else None)
    if played:
        yield from unknown_names(scenario, played, lambda name: beside(file, name))


def _of_name(name: str | None, names: set[str], loc: Loc) -> Iterator[Finding]:
    """A report or an alert must give an incident its name; a recurrence adds its number."""
    stem, _, number = (name or "").rpartition("-")
    if name and name not in names and not (number.isdecimal() and stem in names):
        what = f"no report or alert opens an incident {name}"
        yield Finding((*loc, "incident"), what, suggestion(name, sorted(names)))


def _of_words(expected: Expectation, loc: Loc) -> Iterator[Finding]:
    states = tuple(state.value for state in State)
    if expected.state and expected.state not in states:
        what = f"there is no state {expected.state}"
        yield Finding((*loc, "state"), what, suggestion(expected.state, states))
    refused = expected.refused
    if refused and refused not in {"report", "alert", ON_CALL} and spec_of(refused) is None:
        known = (*names_of_commands(), "report", "alert")
        what = f"there is no command {refused}"
        yield Finding((*loc, "refused"), what, suggestion(refused, known))


def _of_event(event: ScenarioEvent, loc: Loc, scenario: Scenario, file: Path) -> Iterator[Finding]:
    if event.alert:
        yield from _of_alert(event.alert, (*loc, "alert"), file)
    elif event.report is not None:
        yield from _of_report(event, (*loc, "report"), scenario)
    elif event.do:
        yield from _of_command(event, loc, scenario, file)


def _of_alert(name: str, loc: Loc, file: Path) -> Iterator[Finding]:
    try:
        payload_file(beside(file, name))
    except NoAlerts as error:
        yield Finding(loc, f"{name} {error}", "")


def _of_report(event: ScenarioEvent, loc: Loc, scenario: Scenario) -> Iterator[Finding]:
    known = tuple(name for name in Report.model_fields if name not in NOT_WRITTEN)
    for key in event.report or {}:
        if key not in known:
            what = f"there is no key {key!r} in a report"
            yield Finding((*loc, key), what, suggestion(key, known), key=True)
    written = {key: value for key, value in (event.report or {}).items() if key in known}
    read = event.changed(report=written)
    yield from _of_model(
        Report, lambda: report_of(read, scenario.starts), {name: name for name in written}, loc
    )


def _of_command(
    event: ScenarioEvent, loc: Loc, scenario: Scenario, file: Path
) -> Iterator[Finding]:
    spec = spec_of(event.do or "")
    if spec is None:
        words = suggestion(event.do or "", names_of_commands())
        yield Finding((*loc, "do"), f"there is no command {event.do}", words)
        return
    names = written_as(spec, event)
    known = tuple(n for n in spec.payload.model_fields if n not in {"actor", "via", "proof"})
    doubled = [key for key, name in names.items() if key != name and name in event.fields]
    for key in doubled:
        yield Finding(
            (*loc, key),
            f"{key} and {names[key]} mean the same",
            "keep one",
            key=True,
        )
    for key, name in names.items():
        if name not in known:
            what = f"{spec.name} has no field {key!r}"
            yield Finding((*loc, key), what, suggestion(key, known), key=True)
    fields = {k: v for k, v in event.fields.items() if names[k] in known}
    policy = next((key for key in fields if names[key] == ADOPTED), None)
    if spec.payload is AdoptPolicyCommand and policy:
        if not beside(file, str(fields[policy])).exists():
            yield Finding((*loc, policy), f"there is no file {fields[policy]}", "")
        return
    read = event.changed(fields=fields)
    yield from _of_model(
        spec.payload, lambda: payload_of(spec, read, scenario.starts), names, loc, spec
    )


def _of_model(
    model: type[BaseModel],
    fields: Callable[[], dict[str, Any]],
    names: dict[str, str],
    loc: Loc,
    spec: CommandSpec | None = None,
) -> Iterator[Finding]:
    """What the model of a report or command finds wrong, with the keys as written."""
    written = {name: key for key, name in names.items()}
    try:
        model.model_validate(fields())
    except ValidationError as error:
        for item in error.errors(include_url=False):
            if item["type"] == "missing" and spec:
                word = word_for(spec, str(item["loc"][0]))
                yield Finding(loc, f"the key {word!r} is missing", f"add {word}: ...")
                continue
            at, key, what, instead = complaint(item)
            named = tuple(written.get(str(part), part) for part in at[:1])
            yield Finding((*loc, *named, *at[1:]), what, instead, key)
    except NoMoment as error:
        yield Finding((*loc, written.get(error.name, error.name)), str(error), "")
