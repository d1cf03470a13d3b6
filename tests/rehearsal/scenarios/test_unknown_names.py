"""The names in a scenario must be names of its policy: a slip makes no quiet night."""

from pathlib import Path

import pytest

from rehearsal.scenarios.load import load_scenario
from runtime.settings import ROOT

SMALL = ROOT / "tests" / "scenarios" / "files" / "policies" / "small.yaml"
HEAD = """\
scenario: A night
starts: 2026-03-27T16:50:00Z
events:
  - { at: 0m, by: acme, report: { title: Checkout fails, affected_systems: checkout } }
"""
LEAD = """\
  lead: { default: ana, required: { SEV1: 5m }, unfilled: page bo }
  incident_manager:"""
WHO = "there are: ana, bo, cy"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """The small policy with a figure, and with a role that must be filled in time."""
    text = SMALL.read_text().replace("  incident_manager:", LEAD, 1)
    path = tmp_path / "policy.yaml"
    path.write_text(f"{text}metrics: {{ to_resolve: {{ from: reported, to: resolved }} }}\n")
    return path


def problems(policy: Path, text: str) -> list[str]:
    """The problems of a scenario under the policy, without the folder."""
    file = policy.with_name("night.yaml")
    file.write_text(text)
    return [str(p).rpartition("/")[2] for p in load_scenario(file, policy).problems]


KNOWN = """\
  - { at: 1m, by: ana, do: assign_role, role: incident_manager, to: bo }
  - { at: 2m, by: acme, do: acknowledge }
  - { at: 3m, down: pager }
  - { at: 4m, refuses: [log], }
  - { at: 5m, up: [pager, log] }
expect:
  - { at: 0m, page: [ana, person:bo, role:incident_manager, channel:pager], by: pager }
  - { at: 0m, tell: [stakeholders, ana, role:lead], by: log }
  - { at: 0m, remind: [cy, acme] }
  - { clock: acknowledge, runs: 1 }
  - { clock: role:lead, runs: 0 }
  - { clock: update:stakeholders, runs: 0 }
  - { metric: to_resolve, elapsed: 1h }
  - { severity: SEV1 }
  - { role: lead, held_by: ana }
  - { refused: resolve, by: mallory }
"""


def test_a_scenario_may_name_everything_of_its_policy(policy: Path) -> None:
    """That includes automatic clocks, reporters, and people whose command should be refused."""
    assert problems(policy, HEAD + KNOWN) == []


@pytest.mark.parametrize(
    ("event", "column", "what"),
    [
        ("down: pagre", 21, "there is no channel pagre; did you mean pager?"),
        ("refuses: nonsense", 24, "there is no channel nonsense; there are: pager, log"),
        ("up: [pager, lgo]", 27, "there is no channel lgo; there are: pager, log"),
        ("by: zorro, do: acknowledge", 19, f"there is no person zorro; {WHO}"),
        ("by: bo, do: assign, role: lead, to: zorro", 51, f"there is no person zorro; {WHO}"),
        (
            "by: bo, do: hand_over, role: lead, to: bob",
            54,
            "there is no person bob; did you mean bo?",
        ),
    ],
)
def test_an_event_with_an_unknown_name_is_a_problem(
    policy: Path, event: str, column: int, what: str
) -> None:
    """It has line, column, and the name that was probably meant."""
    found = problems(policy, f"{HEAD}  - {{ at: 1m, {event} }}\n")
    assert found == [f"night.yaml:5:{column}: error: {what}"]


@pytest.mark.parametrize(
    ("expected", "column", "what"),
    [
        ("clock: aknowledge, runs: 0", 14, "no clock aknowledge; did you mean acknowledge?"),
        ("clock: role:led, runs: 0", 14, "no clock role:led; did you mean role:lead?"),
        ("metric: resolve, elapsed: 1h", 15, "no figure resolve; did you mean to_resolve?"),
        ("severity: P7", 17, "no severity P7; there are: SEV1, SEV2, SEV3"),
        ("role: led, held_by: ana", 13, "no role led; did you mean lead?"),
        ("role: lead, held_by: anna", 28, "no person anna; did you mean ana?"),
        ("at: 0m, page: anna", 21, "no person or channel anna; did you mean ana?"),
        ("at: 0m, page: role:led", 21, "no role led; did you mean lead?"),
        (
            "at: 0m, page: [ana, zo]",
            27,
            "no person or channel zo; there are: ana, bo, cy, pager, log",
        ),
        (
            "at: 0m, event: deploymnts",
            22,
            "no subscriber deploymnts; there are none",
        ),
        (
            "at: 0m, tell: stakholder",
            21,
            "no audience or person stakholder; did you mean stakeholders?",
        ),
        ("at: 0m, remind: log", 23, f"no person log; {WHO}"),
        ("at: 0m, page: ana, by: pagr", 30, "no channel pagr; did you mean pager?"),
    ],
)
def test_an_expectation_with_an_unknown_name_is_a_problem(
    policy: Path, expected: str, column: int, what: str
) -> None:
    """Otherwise `a clock never runs` would hold for any misspelt clock."""
    found = problems(policy, f"{HEAD}expect:\n  - {{ {expected} }}\n")
    assert found == [f"night.yaml:6:{column}: error: there is {what}"]


@pytest.mark.parametrize(
    "event",
    [
        "by: kim, via: phone, do: hold, reason: third_party",
        "by: kim, do: link, to: OPS-1",
        "by: kim, do: set_milestone, milestone: aware",
    ],
)
def test_outsiders_callers_and_customers_can_act(policy: Path, event: str) -> None:
    """They use another way in, or a command that anyone may give; the engine judges them."""
    assert problems(policy, f"{HEAD}  - {{ at: 1m, {event} }}\n") == []
    (found,) = problems(policy, f"{HEAD}  - {{ at: 1m, {event.replace('kim', 'anna')} }}\n")
    assert "there is no person anna; did you mean ana?" in found


def test_an_outsider_who_is_given_a_role_can_act(policy: Path) -> None:
    """A customer can, though the policy does not know them."""
    text = policy.read_text().replace(
        "  lead: {", "  contact: { qualification: outside }\n  lead: {"
    )
    policy.write_text(text)
    events = (
        "  - { at: 1m, by: ana, do: assign, role: contact, to: Kim of Acme }\n"
        "  - { at: 2m, by: Kim of Acme, do: resolve }\n"
    )
    assert problems(policy, HEAD + events) == []


def test_people_roles_channels_and_audiences_can_hear_a_message(policy: Path) -> None:
    """A schedule cannot: the person on call by it can."""
    (found,) = problems(policy, f"{HEAD}expect:\n  - {{ at: 0m, page: schedule:night }}\n")
    words = "schedule:night is not a recipient of this message; write person:NAME, role:NAME"
    assert words in found


def test_a_scenario_may_name_everything_of_a_policy_that_it_adopts(policy: Path) -> None:
    """The time of the adoption does not matter."""
    other = policy.with_name("other.yaml")
    other.write_text(policy.read_text().replace("pager", "siren").replace("SEV3", "MILD"))
    named = "  - { at: 1m, down: siren }\n"
    adopts = "  - { at: 2m, by: ana, do: adopt_policy, to: other.yaml }\n"
    expect = "expect:\n  - { severity: MILD }\n"
    assert len(problems(policy, HEAD + named + expect)) == 2
    assert problems(policy, HEAD + named + adopts + expect) == []


def test_a_policy_that_comes_into_force_during_the_scenario_counts_too(tmp_path: Path) -> None:
    """Of a folder of versions, those count that are in force while something happens."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "first.yaml").write_text(SMALL.read_text())
    later = SMALL.read_text().replace("2016-01-01", "2026-03-29").replace("SEV3", "MILD")
    (folder / "second.yaml").write_text(later)
    expect = "expect:\n  - { severity: MILD }\n"
    assert len(problems(folder, HEAD + expect)) == 1
    report = HEAD.splitlines()[-1].replace("0m", "3d")
    assert problems(folder, f"{HEAD}{report}\n{expect}") == []


def test_anybody_may_act_if_the_policy_names_no_people(policy: Path) -> None:
    """Problems of a broken policy are reported elsewhere."""
    broken = policy.with_name("broken.yaml")
    broken.write_text("policy: broken\n")
    assert problems(broken, f"{HEAD}  - {{ at: 1m, down: nonsense }}\n") == []
    least = policy.with_name("least.yaml")
    least.write_text(
        'policy: Least\nversion: "1"\neffective_from: 2026-01-01\n'
        "severities: { SEV1: { means: bad } }\n"
    )
    text = (
        HEAD + "  - { at: 1m, by: zorro, do: acknowledge }\nexpect:\n  - { at: 0m, page: zorro }\n"
    )
    assert problems(least, text) == []
