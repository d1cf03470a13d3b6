"""Reading a scenario file gives a scenario, or every problem with its line and column."""

from pathlib import Path

import pytest

from rehearsal.scenarios.load import LoadedScenario, load_scenario

HEAD = "scenario: A night\nstarts: 2026-03-27T16:50:00Z\n"
PAYLOAD = Path(__file__).parents[2] / "web" / "alerts" / "payloads" / "firing_single.json"
INSTANT = "write an instant with its zone, such as 2026-03-27T16:50:00Z"
MOMENT = "write an offset such as 0m, 3h50m, 2d or -10m, or an instant such as 2026-03-27T16:50:00Z"


def loaded(folder: Path, text: str) -> LoadedScenario:
    """The result of loading a scenario file with this text."""
    path = folder / "night.yaml"
    path.write_text(text)
    return load_scenario(path)


def problems(folder: Path, text: str) -> list[str]:
    """Its problems, without the folder."""
    return [str(p).removeprefix(f"{folder}/") for p in loaded(folder, text).problems]


def test_a_sound_scenario_has_no_problems(tmp_path: Path) -> None:
    """Alert files are looked for beside the scenario, then in the current folder."""
    (tmp_path / "alert.json").write_text(PAYLOAD.read_text())
    text = f"""{HEAD}events:
  - {{ at: 0m, alert: alert.json }}
  - {{ at: 1m, alert: {PAYLOAD} }}
  - {{ at: 2m, by: ana, do: set-severity, to: SEV2, reason: less than we thought }}
  - {{ at: 3m, by: ana, do: assign, role: communication_lead, to: cy }}
  - {{ at: 4m, by: ana, do: correct_milestone, milestone: acknowledged, happened_at: -1m }}
expect:
  - {{ at: 0m, page: [ana, role:incident_manager], because: level 1 }}
"""
    found = loaded(tmp_path, text)
    assert found.problems == ()
    assert found.scenario is not None


def test_every_problem_is_reported_at_once_at_its_place(tmp_path: Path) -> None:
    """An author can correct all of them after one reading."""
    text = """\
scenario: A night
starts: 0m
polcy: default.yaml
events:
  - { at: soon, by: ana, do: acknowledge }
  - { at: 1m, do: acknowledge }
  - { at: 2m, report: { title: x }, alrt: y }
expect:
  - { at: 1m, page: ana, statsu: met }
"""
    assert problems(tmp_path, text) == [
        f"night.yaml:2:9: error: a scenario starts at an instant, not at an offset; {INSTANT}",
        "night.yaml:3:1: error: there is no key 'polcy' here; did you mean policy?",
        f"night.yaml:5:11: error: 'soon' is not a moment; {MOMENT}",
        "night.yaml:6:5: error: nobody does this; add by: WHO",
        "night.yaml:7:37: error: there is no key 'alrt' here; did you mean alert?",
        "night.yaml:9:26: error: there is no key 'statsu' here; did you mean status?",
    ]


EVENTS = [
    ("{ at: 1m, by: ana, do: aknowledge }", "there is no command aknowledge"),
    ("{ at: 1m, by: ana, do: record_alerts }", "there is no command record_alerts"),
    ("{ at: 1m, by: ana, do: hold }", "the key 'reason' is missing"),
    (
        "{ at: 1m, by: ana, do: hold, raeson: x }",
        "hold has no field 'raeson'; did you mean reason?",
    ),
    ("{ at: 1m, by: ana, do: set_severity, to: A, severity: B }", "to and severity mean the same"),
    ("{ at: 1m, by: ana, do: resolve, happened_at: later }", "'later' is not a moment"),
    ("{ at: 1m, report: { ttle: x } }", "there is no key 'ttle' in a report; did you mean title?"),
    ("{ at: 1m, report: { title: '' } }", "this is empty"),
    ("{ at: 1m, report: { title: x, reporter: ana } }", "there is no key 'reporter' in a report"),
    ("{ at: 1m, alert: nowhere.json }", "nowhere.json cannot be read"),
    ("{ at: 1m, alert: night.yaml }", "night.yaml is not JSON"),
    ("{ at: 1m, by: ana, do: acknowledge, incident: b }", "no report or alert opens an incident b"),
    ("{ at: 1m, by: ana, do: adopt_policy, to: nowhere.yaml }", "there is no file nowhere.yaml"),
]


@pytest.mark.parametrize(("event", "what"), EVENTS)
def test_an_event_that_no_incident_would_understand_is_found_before_playing(
    tmp_path: Path, event: str, what: str
) -> None:
    """Commands and reports are checked by their own models."""
    first = "  - { at: 0m, report: { title: x } }\n"
    found = problems(tmp_path, f"{HEAD}events:\n{first}  - {event}\n")
    assert any(what in problem for problem in found), found
    assert all(problem.startswith("night.yaml:5:") for problem in found)


def test_a_problem_of_a_field_has_the_place_of_that_field(tmp_path: Path) -> None:
    """This holds even if the author used the scenario's own word for it."""
    text = f"{HEAD}events:\n  - {{ at: 1m, by: ana, do: set_severity, to: [SEV1] }}\n"
    (found,) = problems(tmp_path, text)
    assert found.startswith("night.yaml:4:42: error: one text is expected here")


@pytest.mark.parametrize(
    ("expected", "what"),
    [
        ("{ state: reviewd }", "there is no state reviewd; did you mean review?"),
        ("{ refused: aknowledge }", "there is no command aknowledge; did you mean acknowledge?"),
        ("{ state: closed, incident: b }", "no report or alert opens an incident b"),
    ],
)
def test_an_impossible_expectation_is_a_problem(tmp_path: Path, expected: str, what: str) -> None:
    """It is a slip: nothing could meet it."""
    text = f"{HEAD}events:\n  - {{ at: 0m, report: {{ title: x }} }}\nexpect:\n  - {expected}\n"
    (found,) = problems(tmp_path, text)
    assert what in found
    assert found.startswith("night.yaml:6:")


def test_an_event_after_the_end_is_a_problem(tmp_path: Path) -> None:
    """It would never be played."""
    text = f"{HEAD}until: 1m\nevents:\n  - {{ at: 2m, report: {{ title: x }} }}\n"
    assert problems(tmp_path, text) == [
        "night.yaml:5:11: error: this happens after the scenario ends; change until"
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file is empty"),
        (f"{HEAD}events: []\n", "nothing happens in this scenario; write an event below it"),
        ("- 1", "a scenario is a mapping: it begins with scenario: NAME"),
    ],
)
def test_a_file_that_is_no_scenario_is_a_problem(tmp_path: Path, text: str, what: str) -> None:
    """No file raises an exception."""
    (found,) = problems(tmp_path, text)
    assert found.endswith(f": error: {what}")


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+05:00", "1899-12-31T00:00:00Z", "2201-01-01T00:00:00Z"]
)
def test_an_instant_outside_the_calendar_is_a_problem_at_its_place(tmp_path: Path, at: str) -> None:
    """This holds for the start and all other moments; the message names the possible years."""
    why = f"error: '{at}' is too far away; write an instant of the years 1900 to 2200"
    text = f"""\
scenario: A night
starts: {at}
until: {at}
events:
  - {{ at: {at}, report: {{ title: x }} }}
  - {{ at: {at}, by: ana, do: resolve, happened_at: {at} }}
"""
    found = problems(tmp_path, text)
    assert found == [f"night.yaml:{place}: {why}" for place in ("2:9", "3:8", "5:11", "6:11")]
    text = text.replace(at, "2200-12-31T00:00:00Z", 4)
    assert problems(tmp_path, text) == [f"night.yaml:6:68: {why}"]


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    """It has the same form."""
    (found,) = load_scenario(tmp_path / "nowhere.yaml").problems
    assert "the file cannot be read" in str(found)
