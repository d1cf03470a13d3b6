"""Published policies of real organisations as policy files, and what each leaves open."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from models.compiled import BOUND_BYTES
from policies.catalogue import policy_in_force
from policies.check import check_file
from policies.compiling.policy import compile_policy
from policies.compiling.timing import calendars
from policies.reading.loaded import LoadedPolicy
from policies.reading.problems import Gravity
from policies.render.formats import DocumentFormat, rendered
from rules.zones.calendars import slice_of

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "policies" / "examples"

NIGHTS = (
    "clocks.acknowledge.within.any: nobody must acknowledge incident at night (22:00-07:00), "
    "Europe/London: only the open hours of on_duty count"
)
UNHELD = "it has no time limit"
UNCHECKED = (
    "communication.checked_by: Q17: who ensures that communication is clear and consistent is not "
    "answered: communication.checked_by is left open, and meanwhile the engine does not need it"
)
UNFOLLOWED = (
    "review.followed_up_by: Q14: how lessons and action items are followed up is not answered: "
    "review.followed_up_by is left open, and meanwhile that is up to the owners of the action items"
)


def _open(path: str, meanwhile: str) -> str:
    return f"{path}: {path} is left open, and meanwhile {meanwhile}"


LEFT_OPEN: dict[str, tuple[str, ...]] = {
    # "Immediately" and "within working hours" give no duration.
    "atlassian": (
        _open("clocks.respond.within.SEV1, SEV2", UNHELD),
        _open("clocks.respond.within.SEV3", UNHELD),
        UNCHECKED,
    ),
    # The matrix never gives one severity, and a quoted cadence table lacks two.
    "cabinet-office": (
        "severities.P6: nothing gives P6: no cell, no label, not the default",
        UNCHECKED,
        _open("communication.updates.staff.P1, P2", "no update is promised"),
        UNFOLLOWED,
    ),
    "gds-way": (UNFOLLOWED,),
    # Roles are claimed, and nobody is on duty from 22:00 to 07:00.
    "moj-cloud-platform": (
        "roles.scribe.required: scribe is required at once, but nobody takes it by default",
        NIGHTS,
        UNCHECKED,
        UNFOLLOWED,
    ),
    "pagerduty": (UNCHECKED,),
    # The source gives durations for severity A only.
    "vendor-support-slas": (
        _open("clocks.azure_standard.within.B, C", UNHELD),
        _open("clocks.azure_rapid.within.B, C", UNHELD),
        UNCHECKED,
    ),
}
"""Everything that checking an example reports, in the order of the file."""

NAMES = tuple(LEFT_OPEN)


def example(name: str) -> LoadedPolicy:
    """An example as incidents have it."""
    return policy_in_force(EXAMPLES / f"{name}.yaml", datetime.now(UTC))


def test_every_example_is_tested_here() -> None:
    """The page about them has a line for each, and each file names its source."""
    files = sorted(EXAMPLES.glob("*.yaml"))
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    assert sorted(NAMES) == [file.stem for file in files]
    assert [file.name for file in files if file.name not in page] == []
    assert [f.name for f in files if "Source" not in f.read_text(encoding="utf-8")[:600]] == []


def test_the_page_shows_the_scenario_that_is_played() -> None:
    """People can copy what they read; it is played with all others."""
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    assert (ROOT / "docs" / "examples" / "cdn-outage.yaml").read_text(encoding="utf-8") in page


@pytest.mark.parametrize("name", NAMES)
def test_checking_an_example_reports_what_its_source_leaves_open_and_nothing_else(
    name: str,
) -> None:
    """Gaps are named and never filled in silently; none of them is an error."""
    problems = check_file(EXAMPLES / f"{name}.yaml")
    assert tuple(f"{problem.where}: {problem.what}" for problem in problems) == LEFT_OPEN[name]
    assert all(problem.level is Gravity.WARNING for problem in problems)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_small_enough_for_every_incident(name: str) -> None:
    """It is far below the limit, so a longer one would fit, too."""
    loaded = example(name)
    compiled = compile_policy(loaded.policy, loaded.policy_hash, None)
    assert len(compiled.model_dump_json()) < BOUND_BYTES / 4


@pytest.mark.parametrize("form", list(DocumentFormat))
@pytest.mark.parametrize("name", NAMES)
def test_an_example_can_be_rendered(name: str, form: DocumentFormat) -> None:
    """The document answers all seventeen questions, and lists the gaps."""
    text = rendered(example(name), form)
    heads = [f"Q{number}. " for number in range(1, 18)]
    assert all(head in text for head in heads)
    places = [text.index(head) for head in heads]
    assert all(first < second for first, second in pairwise(places))
    unanswered = [what for what in LEFT_OPEN[name] if "is not answered" in what]
    assert text.count("is not answered") == len(unanswered)
    assert [what for what in LEFT_OPEN[name] if what.partition(": ")[2][:40] not in text] == []


def test_the_office_is_closed_at_epiphany_because_it_is_in_bavaria() -> None:
    """The vendor's office hours count, wherever the customer is."""
    policy = example("vendor-support-slas").policy
    [spec] = [spec for spec in calendars(policy) if spec.name == "hivemq"]
    day, after = datetime(2025, 1, 6, tzinfo=UTC), datetime(2025, 1, 8, tzinfo=UTC)
    opens = slice_of(spec, day, after, as_of=day).opens
    assert opens[0] == (datetime(2025, 1, 7, 8, tzinfo=UTC), datetime(2025, 1, 7, 17, tzinfo=UTC))
