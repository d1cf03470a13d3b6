"""No JSON stops a workflow, whatever it says and whichever workflow gets it."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from pydantic import BaseModel
from temporalio.exceptions import ApplicationError

from models.command import COMMANDS
from models.contracts.alert_group import AlertGroupInput
from models.contracts.archive import ArchiveRunInput
from models.contracts.incident import Carried, IncidentInput
from models.contracts.policies import PolicyText
from models.people.workload import WorkloadInput
from tests.examples import examples
from tests.specimens import ANA, POLICY, REPORT, START, after
from tests.workflows.bench import Bench, as_payload, bench, much_later
from workflows.alert_group import AlertGroupWorkflow
from workflows.archive_run import ArchiveRun
from workflows.incident.visibility import shortened_word, words_that_fit
from workflows.incident.workflow import IncidentWorkflow
from workflows.keep_policy import KeepPolicy
from workflows.payloads import OfAnotherVersion
from workflows.workload import WorkloadWorkflow

INSTANTS = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999999Z",
    "1900-01-01T00:00:00Z",
    "2200-12-31T23:59:59Z",
    "8999-06-01T00:00:00Z",
    "2026-03-27T16:50:00",
)
SAYABLE = (
    *map(json.dumps, (*INSTANTS, "", " ", "x" * 20_000, "é\U0001f525" * 300, "ana\x00")),
    *('"P999999999D"', '"-P999999999DT1S"', '"PT1e400S"', '"9999999999w"', '"3660d"', '"1s"'),
    *('"\\ud800"', '"\\udfff\\ud800"', "NaN", "Infinity", "-Infinity", "1e400", "-1e308"),
    *("9" * 4000, "9" * 6000, "-1", "0", "3", "true", "null"),
    *("[]", "{}", '{"": ""}', '{"a": null}'),
    "[" * 5000 + "]" * 5000,
    '{"a":' * 300 + "1" + "}" * 300,
    json.dumps(["x"] * 5000),
    json.dumps({f"k{n}": "v" for n in range(5000)}),
)

TELLING = {
    "step": "impact",
    "steps": ["impact"],
    "role": "technical_team",
    "person": "bo",
    "to": "bo",
    "reason": "third_party",
    "severity": "SEV2",
    "text": "hello",
    "milestone": "aware",
    "attribute": "impact",
    "audience": "stakeholders",
    "date": "review_meeting",
    "at": "2026-03-28T10:00:00Z",
    "clock": "resolve",
    "by": "1h",
    "owner": "bo",
    "lead": "ana",
    "target": "CHG-7",
    "command": "close",
    "policy": POLICY.model_dump(mode="json"),
    "batch": {"group_key": "k", "alerts": [], "received_at": "2026-03-27T16:50:00Z"},
    "happened_at": "2026-03-27T16:50:00Z",
}
"""What a command says where it is not the field in question."""
WILLING = POLICY.changed(
    dates=("review_meeting",),
    attributes={"impact": ()},
    clocks=tuple(c.changed(extendable=True) for c in POLICY.clocks),
)
BATCH: dict[str, Any] = {
    "group_key": "k",
    "received_at": "2026-03-27T16:50:00Z",
    "alerts": [
        {
            "fingerprint": "f",
            "name": "Down",
            "status": "firing",
            "labels": {"a": "b"},
            "started_at": "2026-03-27T16:40:00Z",
        }
    ],
}
MOVED = {"incident_id": "INC-260327-7F3KQ2M4", "state": "review"}
LEAVE = {
    "key": "INC-1/page-1:ana",
    "incident_id": "INC-1",
    "subject": "Down",
    "severity": "SEV1",
    "bound": {"whom": "person:ana", "limit": {"most": 3, "within": "PT1H"}, "urgency": 1},
    "channels": ["pager"],
}
HELD = {"role": "lead", "incident_id": "INC-1", "holds": True, "at": "2026-03-27T16:50:00Z"}

Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> list[Path]:
    """Every place in a value where something else could stand."""
    if not isinstance(value, dict | list):
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(p for key, item in inner for p in places(item, (*path, key)))]


def said(value: Any, path: Path, text: str) -> str:
    """`value` as JSON, with `text` at one place of it."""
    if not path:
        return text
    key, *rest = path
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    parts = {k: said(v, tuple(rest), text) if k == key else json.dumps(v) for k, v in inner}
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{v}" for k, v in parts.items()) + "}"
    return "[" + ",".join(parts.values()) + "]"


def payload_of(name: str) -> dict[str, Any]:
    """A command with every field that it can have."""
    fields = COMMANDS[name].payload.model_fields
    return {"actor": "ana", **{field: TELLING.get(field) for field in fields if field in TELLING}}


def every_field(name: str) -> list[str]:
    """The fields of a command."""
    return list(COMMANDS[name].payload.model_fields)


def an_incident(stage: Bench) -> IncidentWorkflow:
    """An incident under way."""
    start = IncidentInput(policy=WILLING, report=REPORT)
    incident = IncidentWorkflow(as_payload(start.model_dump_json()))
    incident._visibility.refresh = lambda *_, **__: None  # type: ignore[method-assign]
    stage.now = after(30)
    stage.update("acknowledge", '{"actor": "ana"}')
    return incident


def goes_on(incident: IncidentWorkflow, stage: Bench) -> None:
    """What the run does between messages still works, now, later, and in a later run."""
    for _ in range(2):
        incident._next_due()
        incident._over()
        incident.view().model_dump_json()
        much_later(stage)
    kept = incident.carried().model_dump_json()
    Carried.model_validate_json(kept)


def _every_way(name: str, text: str) -> None:
    with bench(START) as stage:
        incident = an_incident(stage)
        stage.update(name, text)
        stage.signal(name, text)
        goes_on(incident, stage)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_instant_or_length_of_time_stops_an_incident(name: str) -> None:
    """It tries every instant of every command, at both ends of the calendar and beyond."""
    fields = COMMANDS[name].payload.model_fields
    timed = [field for field in fields if field in {"by", "at"} or field.endswith("_at")]
    for field in timed:
        for text in (*map(json.dumps, INSTANTS[:4]), '"3660d"'):
            _every_way(name, said({**payload_of(name), field: None}, (field,), text))


@examples(80, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_nothing_that_json_can_say_stops_an_incident(data: st.DataObject) -> None:
    """It tries any command with anything at any place, by signal and by update."""
    name = data.draw(st.sampled_from([*COMMANDS, "no_such_signal"]))
    payload = payload_of(name) if name in COMMANDS else {"a": 1}
    paths = places(payload)
    if name in COMMANDS:
        paths += [(field,) for field in every_field(name)]
        payload = {**dict.fromkeys(every_field(name)), **payload}
        payload = {key: value for key, value in payload.items() if value is not None}
    path = data.draw(st.sampled_from(paths))
    if len(path) == 1 and path[0] not in payload:
        payload = {**payload, str(path[0]): None}
    text = said(payload, path, data.draw(st.sampled_from(SAYABLE)))
    with bench(START) as stage:
        incident = an_incident(stage)
        stage.signal(name, text)
        stage.update(name, text)
        goes_on(incident, stage)


@examples(80, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_nothing_that_json_can_say_stops_an_alert_group(data: st.DataObject) -> None:
    """After either signal it still takes alerts and opens an incident for them."""
    name, payload = data.draw(
        st.sampled_from([("receive_alerts", BATCH), ("incident_moved", MOVED), ("else", {})])
    )
    payload = {**payload, "resolved_at": None} if name == "incident_moved" else payload
    path = data.draw(st.sampled_from(places(payload)))
    text = said(payload, path, data.draw(st.sampled_from(SAYABLE)))
    with bench(START) as stage:
        start = AlertGroupInput(group_key="k", grouping=POLICY.grouping)
        group = AlertGroupWorkflow(as_payload(start.model_dump_json()))
        stage.signal(name, text)
        stage.signal("receive_alerts", json.dumps(BATCH))
        assert "f" in group.state().firing
        group._next()
        group._open(START, None)
        opening = group.state().opening
        assert opening
        AlertGroupInput.model_validate_json(start.changed(carried=group.state()).model_dump_json())
        IncidentWorkflow(
            as_payload(IncidentInput(policy=POLICY, report=opening.report).model_dump_json())
        ).view()


@examples(80, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_nothing_that_json_can_say_stops_a_workload(data: st.DataObject) -> None:
    """After either update it still gives leave."""
    name, payload = data.draw(
        st.sampled_from([("ask_leave", {"pages": [LEAVE]}), ("hold_role", HELD), ("else", {})])
    )
    path = data.draw(st.sampled_from(places(payload)))
    text = said(payload, path, data.draw(st.sampled_from(SAYABLE)))
    with bench(START) as stage:
        workload = WorkloadWorkflow(as_payload('{"whom": "person:ana"}'))
        if name == "else":
            stage.signal(name, text)
        else:
            stage.update(name, text)
        assert stage.update("ask_leave", json.dumps({"pages": [LEAVE]}))
        workload._sooner(None)
        much_later(stage)
        WorkloadInput.model_validate_json(
            WorkloadInput(whom="person:ana", carried=workload.state()).model_dump_json()
        )


Starting = type[IncidentWorkflow | AlertGroupWorkflow | WorkloadWorkflow]
STARTS: dict[Starting, IncidentInput | AlertGroupInput | WorkloadInput] = {
    IncidentWorkflow: IncidentInput(
        policy=WILLING, report=REPORT.changed(happened_at=START, reporter=ANA)
    ),
    AlertGroupWorkflow: AlertGroupInput(group_key="k", grouping=POLICY.grouping),
    WorkloadWorkflow: WorkloadInput(whom="person:ana"),
}


@examples(80, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_start_is_fit_or_ends_at_once(data: st.DataObject) -> None:
    """With anything at any place of its input, the workflow either works or says why not."""
    kind = data.draw(st.sampled_from(list(STARTS)))
    whole = STARTS[kind].model_dump(mode="json")
    path = data.draw(st.sampled_from(places(whole)))
    text = said(whole, path, data.draw(st.sampled_from(SAYABLE)))
    with bench(START) as stage:
        workflow = kind(as_payload(text))
        unfit = workflow._unfit
        if unfit:
            # What has fields that nobody here knows waits for a worker of a later version.
            assert isinstance(unfit, ApplicationError | OfAnotherVersion)
        elif isinstance(workflow, IncidentWorkflow):
            goes_on(workflow, stage)
        else:
            workflow.state().model_dump_json()


KEEPING: dict[type[ArchiveRun | KeepPolicy], ArchiveRunInput | PolicyText] = {
    ArchiveRun: ArchiveRunInput(
        workflow_id="INC-260327-7F3KQ2M4", run_id="11111111-2222-3333-4444-555555555555"
    ),
    KeepPolicy: PolicyText(text="policy: Least"),
}


@examples(80, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_an_archive_and_the_keeping_of_a_policy_begin_or_end_at_once(data: st.DataObject) -> None:
    """With anything at any place of its input, the workflow either asks for its effect or ends."""
    kind = data.draw(st.sampled_from(list(KEEPING)))
    whole = KEEPING[kind].model_dump(mode="json")
    path = data.draw(st.sampled_from(places(whole)))
    text = said(whole, path, data.draw(st.sampled_from(SAYABLE)))
    asked: list[BaseModel] = []

    async def perform(_name: str, argument: BaseModel, *_: object, **__: object) -> None:
        asked.append(argument)

    with bench(START), patch(f"{kind.__module__}.perform_in_the_end", perform):
        run = kind().run(as_payload(text))
        try:
            run.send(None)
        except StopIteration:
            [argument] = asked
            argument.model_dump_json()
        except (ApplicationError, OfAnotherVersion):
            assert not asked


@pytest.mark.parametrize("sign", ["x", "é", "\u706b", "\U0001f525"])
def test_no_search_attribute_is_larger_than_the_server_takes(sign: str) -> None:
    """A larger one would fail the task that writes it, again and again."""
    assert shortened_word(sign * 100) == sign * 100
    assert 1200 < len(json.dumps(shortened_word(sign * 3000))) <= 2000
    words = words_that_fit([sign * 100 + str(number) for number in range(100)])
    assert words
    assert len(json.dumps(words)) <= 2048
