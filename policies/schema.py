"""The JSON Schema of policy files: the keys of the language, and every form a value may have.

It comes from the models, so it knows what they know. A schema cannot say whether a name exists or
whether parts fit each other: `policy check` does.
"""

import json
from collections.abc import Callable
from typing import Any, get_args

from pydantic import BeforeValidator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from models.policy import Policy
from models.policy.sections.approvals import Approval
from models.policy.sections.calendars import SHORT, Calendar, CalendarEntry, Days, Hours, Worked
from models.policy.sections.people import SLACK_USER, Authority, Trust, slack_user
from models.policy.sections.review import Asked, RequiredReviews
from models.policy.sections.roles import CountText, Required, RequiredIn, Unfilled
from models.policy.sections.schedules import DECLARED, Feed, Gaps, HandOverText, LocalText, TimeText
from models.policy.sections.schedules import FORMS as HAND_OVERS
from models.policy.values.actions import FORMS as ACTIONS
from models.policy.values.actions import Actions, OneAction
from models.policy.values.cadence import Rhythms, RhythmText
from models.policy.values.durations import UNITS, Duration
from models.policy.values.page_limits import PageLimitText
from models.policy.values.targets import FORMS as TARGETS
from models.policy.values.targets import RollText, Targets, TargetText
from models.policy.values.words import (
    Names,
    OnePerson,
    Somebody,
    alone,
    one_or_many,
    split_keys,
    valid_name,
)
from models.proof import Proof
from policies.reading.unspecified import BECAUSE, NONE, UNSPECIFIED

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The newest version that every editor understands."""

Form = Callable[[JsonSchemaValue], JsonSchemaValue]
"""Maps the schema of a value to the schema of the forms that authors may write."""

_HEAD = ("policy", "version", "effective_from")
"""What no policy may leave out."""
_NAME = "^\\S+$"
_DAY_HOURS = "([01][0-9]|2[0-3]):[0-5][0-9]", "([01][0-9]|2[0-4]):[0-5][0-9]"


def _text(says: str, **more: Any) -> JsonSchemaValue:
    return {"type": "string", "minLength": 1, "description": says, **more}


def _one_or_many(item: JsonSchemaValue) -> JsonSchemaValue:
    return {"anyOf": [item, {"type": "array", "items": item}]}


_WORDS: JsonSchemaValue = {"type": "string", "minLength": 1}
_DURATION = _text(
    "Elapsed time: 90s, 5m, 2h, 3d, 1w, 1h30m.",
    pattern="^(?=.)" + "".join(f"([0-9]{{1,9}}{unit})?" for unit in UNITS) + "$",
)
_TARGET_TEXT = _text(f"A target: {'; '.join(TARGETS)}.")
_TARGET: JsonSchemaValue = {
    "anyOf": [
        _TARGET_TEXT,
        {
            "type": "object",
            "properties": {"should": _TARGET_TEXT, "must": _TARGET_TEXT},
            "required": ["should", "must"],
            "additionalProperties": False,
        },
    ]
}
_ACTION = _text(f"What is done: {'; '.join(ACTIONS)}.")
_DAYS = _one_or_many(_text("Days: mon-fri, sat, holiday, every."))
_HOURS = _one_or_many(
    _text("Local hours: 09:00-17:00.", pattern=f"^{_DAY_HOURS[0]} *- *{_DAY_HOURS[1]}$")
)
_ROLL = _text(
    "Where a limit on a day off goes: next office day 12:00.",
    pattern="^next \\S+ day [0-2][0-9]:[0-5][0-9]$",
)

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATES = _text("A day that is worked: 2026-10-10.", pattern=f"^{_DATE}$")
_TIME = _text(
    "A local time of the schedule: 2026-12-24T09:00; or an instant: 2026-12-24T09:00Z.",
    pattern=f"^{_DATE}",
)
_LOCAL = _text("A date or local time: 2026-01-05, 2026-01-05T09:00.", pattern=f"^{_DATE}")
_HAND_OVER = _text(f"When it hands over: {'; '.join(HAND_OVERS)}.")

_AFTER = _text("Elapsed time after the report, at every severity: 15m, after 4h.")
_COUNT: JsonSchemaValue = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        _text("How many: 1-3, 2+, many.", pattern="^([1-9][0-9]?(-[1-9][0-9]?|\\+)?|many)$"),
    ]
}

SHARED: dict[str, JsonSchemaValue] = {
    "words": _one_or_many(_WORDS),
    "duration": _DURATION,
    "target": _TARGET,
    "actions": _one_or_many(_ACTION),
    "days": _DAYS,
    "hours": _HOURS,
    "roll": _ROLL,
}
"""Forms that many keys share, by their names in the schema."""


def _reader(annotated: Any) -> Any:
    """The function that reads the values of a type as authors write them."""
    marks = get_args(annotated)[1:] or annotated
    return next(mark.func for mark in marks if isinstance(mark, BeforeValidator))


def _or(*shorter: JsonSchemaValue) -> Form:
    return lambda inner: {"anyOf": [*shorter, inner]}


_LIMIT = _text(
    "So many pages in any time of this length: 10 per 15m.",
    pattern="^ *[0-9]+ *(per|/) *[0-9wdhms]+ *$",
)

FORMS: dict[Any, Form] = {
    _reader(Somebody): lambda inner: inner,
    _reader(OnePerson): lambda inner: inner,
    _reader(Names): lambda inner: _one_or_many(inner["items"]),
    one_or_many: lambda inner: _one_or_many(inner["items"]),
    alone: lambda inner: {"if": {"type": "object"}, "then": inner["items"], "else": inner},
    split_keys: lambda inner: inner,
    _reader(RequiredReviews): _or({"enum": list(get_args(Asked))}),
    _reader(CalendarEntry.model_fields["holidays"].metadata): lambda _: _one_or_many(_WORDS),
    _reader(Duration): lambda _: _DURATION,
    _reader(OneAction): lambda _: _ACTION,
    _reader(Actions): lambda _: _one_or_many(_ACTION),
    _reader(TargetText): lambda _: _TARGET,
    _reader(Targets): _or(_TARGET),
    _reader(RollText): lambda _: _ROLL,
    _reader(RhythmText): _or(_TARGET_TEXT),
    _reader(Rhythms): lambda inner: inner,
    _reader(Worked): lambda inner: {"anyOf": [*_one_or_many(_DATES)["anyOf"], inner]},
    _reader(Days): lambda _: _DAYS,
    _reader(Hours): lambda _: _HOURS,
    _reader(Calendar): _or({"enum": list(SHORT)}),
    _reader(HandOverText): lambda _: _HAND_OVER,
    _reader(TimeText): lambda _: _TIME,
    _reader(LocalText): lambda _: _LOCAL,
    _reader(Feed): _or(_text("A calendar feed by its name in the settings.", pattern="^feed:")),
    _reader(Gaps): _or({"enum": [DECLARED]}),
    _reader(Trust): _or(_one_or_many({"enum": [proof.value for proof in Proof]})),
    _reader(Authority): _or(_one_or_many(_WORDS)),
    _reader(Approval): _or(_one_or_many(_WORDS)),
    _reader(Required): _or(_AFTER),
    _reader(RequiredIn): _or(_one_or_many(_WORDS)),
    _reader(CountText): lambda _: _COUNT,
    _reader(PageLimitText): lambda _: _LIMIT,
    _reader(Unfilled): _or(_one_or_many(_ACTION)),
}
"""What authors may write, by the function that reads it."""
PATTERNS: dict[Any, str] = {valid_name: _NAME, slack_user: f"^{SLACK_USER.pattern}$"}
"""The letters of a text, by the function that checks it."""


class PolicySchema(GenerateJsonSchema):
    """Describes what authors may write, not what the models make of it."""

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        """The forms of a value that a function reads before validation. Raises TypeError."""
        reader = schema["function"]["function"]
        inner = self.generate_inner(schema["schema"])
        if isinstance(getattr(reader, "__self__", None), type):
            return inner  # a model's own validator: it looks at forms and adds none
        if reader not in FORMS:
            raise TypeError(f"policies/schema.py does not know the forms that {reader} reads")
        return FORMS[reader](inner)

    def function_after_schema(
        self, schema: core_schema.AfterValidatorFunctionSchema
    ) -> JsonSchemaValue:
        """A name is one word; a user id has its own letters."""
        inner = super().function_after_schema(schema)
        pattern = PATTERNS.get(schema["function"]["function"])
        return {**inner, "pattern": pattern} if pattern else inner

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A mapping whose keys are the author's own."""
        keys = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        made: JsonSchemaValue = {"type": "object"}
        if "values_schema" in schema:
            made["additionalProperties"] = self.generate_inner(schema["values_schema"])
        if "pattern" in keys:
            made["propertyNames"] = {"pattern": keys["pattern"]}
        if schema.get("min_length"):
            made["minProperties"] = schema["min_length"]
        return made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The default, if one word can express it."""
        inner = self.generate_inner(schema["schema"])
        default = schema.get("default")
        plain = isinstance(default, (str, bool, int))
        return {**inner, "default": default} if plain and "$ref" not in inner else inner

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - as the library asks
        """A key needs no title."""
        return False


def _with_shared(node: Any) -> Any:
    """The schema with references to shared forms instead of copies."""
    for name, form in SHARED.items():
        if node == form:
            return {"$ref": f"#/$defs/{name}"}
    if isinstance(node, dict):
        return {key: _with_shared(value) for key, value in node.items()}
    return [_with_shared(item) for item in node] if isinstance(node, list) else node


_SILENCE: JsonSchemaValue = {
    "description": f"Left open: {UNSPECIFIED}. Done without: {BECAUSE}.",
    "anyOf": [
        {"type": "string", "pattern": f"^({UNSPECIFIED}|{NONE}\\b.*)$"},
        {
            "type": "object",
            "properties": {NONE: {"type": "string"}},
            "required": [NONE],
            "additionalProperties": False,
        },
    ],
}
_OR_SILENCE = {"$ref": "#/$defs/silence"}


def _with_silence(node: Any) -> Any:
    """The schema in which every value may also be something that a source does not say."""
    if isinstance(node, list):
        return [_with_silence(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _with_silence(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict):
        made["properties"] = {k: _or_silence(v) for k, v in made["properties"].items()}
    if isinstance(node.get("additionalProperties"), dict):
        made["additionalProperties"] = _or_silence(made["additionalProperties"])
    return made


def _or_silence(made: JsonSchemaValue) -> JsonSchemaValue:
    """Allows either; an error still marks its own place, not the place of the choice."""
    return {"if": _OR_SILENCE, "else": made}


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file."""
    made = _with_shared(Policy.model_json_schema(schema_generator=PolicySchema))
    head = {key: made["properties"].pop(key) for key in _HEAD}
    made = _with_silence(made)
    made["properties"] = {**head, **made["properties"]}
    defined = {**made.pop("$defs"), **SHARED, "silence": _SILENCE}
    return {"$schema": DIALECT, **made, "$defs": dict(sorted(defined.items()))}


def schema_text() -> str:
    """The same as the text of a file."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"
