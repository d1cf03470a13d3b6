"""The schema for editors agrees with the models: right text passes, the rest fails."""

from pathlib import Path
from typing import Annotated

import pytest
from jsonschema import Draft7Validator
from pydantic import BeforeValidator, create_model

from models.base import Frozen
from policies.reading.shape import model_at
from policies.reading.tree import read_tree
from policies.schema import PolicySchema, policy_schema, schema_text
from tests.policies.test_shipped import PLACES, POLICIES, SHIPPED, blocks
from tests.policies.written import LEAST, WHOLE

VALIDATOR = Draft7Validator(policy_schema())


def complaints(text: str) -> list[str]:
    """The paths in a policy text that break the schema."""
    errors = VALIDATOR.iter_errors(read_tree(text).value)
    return ["/".join(map(str, error.absolute_path)) for error in errors]


def test_the_schema_is_valid_and_its_file_is_current() -> None:
    """After a change of the language, run `policy schema --output policies/policy.schema.json`."""
    Draft7Validator.check_schema(policy_schema())
    assert (POLICIES / "policy.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_fits_the_schema_and_names_it(name: str) -> None:
    """An editor that opens one finds the schema beside it."""
    text = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8")
    assert complaints(text) == []
    assert text.startswith("# yaml-language-server: $schema=policy.schema.json\n")


@pytest.mark.parametrize("path", sorted(POLICIES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_policy_in_the_repository_fits_the_schema(path: Path) -> None:
    """Real organisations write more than we would think of."""
    assert complaints(path.read_text(encoding="utf-8")) == []


def test_the_examples_of_the_documentation_fit_the_schema() -> None:
    """They show every section and every short form."""
    assert complaints("\n".join(blocks())) == []


FORMS = {
    "a word for a list": "milestones: found\n",
    "a list": "milestones: [found, fixed]\n",
    "a calendar's usual name": "calendars: { always: 24x7 }\n",
    "a calendar in full": "calendars: { office: { days: mon-fri, hours: [09:00-12:00] } }\n",
    "authority in a word": "authority: { close: lead }\n",
    "authority as a list": "authority: { close: [lead, ana] }\n",
    "authority in full": "authority: { close: { by: lead, needs: reason } }\n",
    "one target for all": "clocks: { a: { from: reported, to: closed, within: 5m } }\n",
    "two limits": (
        "clocks: { a: { from: reported, to: closed, within: { should: 3d, must: 7d } } }\n"
    ),
    "several severities in a key": (
        "clocks: { a: { from: reported, to: closed, within: { 'SEV1, SEV2': none } } }\n"
    ),
    "points before and after the limit": (
        "clocks: { a: { from: reported, to: closed, within: 5d office,"
        " at: { 50%: escalate, +1h: [escalate to 2], -1h: notify lead } } }\n"
    ),
    "limits of pages": (
        "people: { ana: { limit: 3 per 1d } }\nchannels: { log: { kind: log, limit: 20/1h30m } }\n"
        "paging: { channels: log, limit: 10 per 15m }\n"
    ),
    "what a clock outlives": (
        "clocks: { a: { from: reported, to: closed, within: 1d, outlives: [resolve, merge] } }\n"
    ),
    "a matrix": (
        "severity_rules: { from: { impact: [one, all], urgency: [low, high],"
        " matrix: [[SEV2, SEV1], [SEV2, SEV1]] } }\n"
    ),
    "an axis that gives severities": "severity_rules: { from: { impact: { one: SEV2 } } }\n",
    "a cadence in full": (
        "communication: { updates: { all: { SEV1: { every: 30m, after: { 4h: 1h } },"
        " SEV2: once 2d office } } }\n"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_text_that_the_engine_understands_fits(form: str) -> None:
    """An editor never marks it."""
    assert complaints(LEAST + FORMS[form]) == []


WRONG = {
    "an unknown key": (LEAST + "clock: {}\n", ""),
    "an unknown key within": (
        WHOLE.replace("wait: 5m }", "waits: 5m }", 1),
        "escalations/default/0",
    ),
    "a missing key": (LEAST.replace('version: "1"\n', ""), ""),
    "a number for a text": (LEAST.replace('"1"', "1"), "version"),
    "a list for a text": (LEAST.replace("policy: Least", "policy: [Least]"), "policy"),
    "a text for yes or no": (
        LEAST.replace("means: bad", "means: bad, major: maybe"),
        "severities/SEV1/major",
    ),
    "a number for a duration": (WHOLE.replace("wait: 5m", "wait: 5"), "escalations/default/0/wait"),
    "a duration in words": (
        WHOLE.replace("wait: 5m", "wait: 5min", 1),
        "escalations/default/0/wait",
    ),
    "a text for a mapping": (LEAST + "people: ana\n", "people"),
    "a limit without a time": (LEAST + "paging: { channels: log, limit: 10 }\n", "paging"),
    "a role in no incident at once": (
        LEAST + "roles: { lead: { at_once: 0 } }\n",
        "roles/lead/at_once",
    ),
    "a kind of channel that there is not": (
        LEAST + "channels: { pager: { kind: pigeon } }\n",
        "channels/pager/kind",
    ),
    "hours that are none": (
        LEAST + "calendars: { office: { days: mon-fri, hours: nine to five } }\n",
        "calendars/office",
    ),
    "a name of two words": (LEAST + "people: { ana maria: {} }\n", "people"),
    "a limit that is missing": (
        LEAST + "clocks: { a: { from: reported, to: closed, within: { should: [3d] } } }\n",
        "clocks/a/within",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_text_is_marked_at_its_place(case: str) -> None:
    """An author sees it while typing."""
    text, where = WRONG[case]
    assert where in complaints(text)


def test_a_form_that_the_schema_does_not_know_is_refused() -> None:
    """Whoever adds a form must teach it to the schema."""

    def read(given: str) -> str:
        return given

    model = create_model("New", __base__=Frozen, field=(Annotated[str, BeforeValidator(read)], ...))
    with pytest.raises(TypeError, match="does not know the forms"):
        model.model_json_schema(schema_generator=PolicySchema)


def test_every_model_of_the_schema_has_a_place_with_documented_keys() -> None:
    """A new part of the language needs a passage in docs/policy.md, too."""
    defined = {name for name, form in policy_schema()["$defs"].items() if "properties" in form}
    placed = {model.__name__ for loc in PLACES if (model := model_at(loc))}
    assert placed == {"Policy", *defined}
