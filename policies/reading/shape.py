"""What the policy's models know at a place, and their complaints in an author's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from models.policy import Policy
from models.policy.sections.clocks import FORMS as OUTLIVES
from models.policy.sections.severities import FORMS as AXES
from models.policy.values.words import nearest_word, suggestion
from policies.reading.tree import MOST_DIGITS, Loc, empty_lists

Complaint = tuple[Loc, bool, str, str]
"""A place (and whether its key is meant), what is wrong, and what to write instead."""

_PAIRS = ("keys and values are expected here", "write them below, indented, as key: value")
_EXPECTED: Mapping[str, tuple[str, str]] = {
    "model_type": _PAIRS,
    "dict_type": _PAIRS,
    "tuple_type": ("a list is expected here", "write [one, two], or lines that begin with -"),
    "string_type": ("a text is expected here", "quote it if you mean a text"),
    "string_too_short": ("this is empty", "write a value, or leave the key out"),
    "bool_type": ("yes or no is expected here", "write true or false"),
    "int_type": ("a whole number is expected here", "write a number such as 2"),
    "too_short": ("this is empty", "write at least one line below it, or leave the key out"),
}


def model_at(loc: Loc) -> type[BaseModel] | None:
    """The model that rules the mapping at `loc`; None if the keys are the author's own."""
    annotation: Any = Policy
    for part in loc:
        if _is_model(annotation):
            fields = {f.alias or name: f.annotation for name, f in annotation.model_fields.items()}
            annotation = _without_none(fields.get(str(part), _of_free_keys(annotation)))
        elif get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
        elif get_origin(annotation) is tuple:
            annotation = get_args(annotation)[0]
        else:
            return None
        annotation = _bare(annotation)
    return annotation if _is_model(annotation) else None


def _is_model(annotation: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _of_free_keys(model: type[BaseModel]) -> Any:
    """What the author's own keys mean, in a model that accepts them beside its own."""
    given = get_args(model.__annotations__.get("__pydantic_extra__"))
    return given[1] if given else None


def _bare(annotation: Any) -> Any:
    """The type without its wrapping; of several forms, the one with its own keys."""
    if hasattr(annotation, "__metadata__"):
        return _bare(annotation.__origin__)
    forms = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else ()
    keyed = [form for form in map(_bare, forms) if _is_model(form)]
    return keyed[0] if len(keyed) == 1 else annotation


def _without_none(annotation: Any) -> Any:
    parts = [part for part in get_args(annotation) if part is not type(None)]
    optional = type(None) in get_args(annotation)
    return _bare(parts[0]) if optional and len(parts) == 1 else _bare(annotation)


def keys_at(loc: Loc) -> tuple[str, ...]:
    """The keys that the mapping at `loc` may have."""
    model = model_at(loc)
    return tuple(f.alias or name for name, f in model.model_fields.items()) if model else ()


def _choices(error: ErrorDetails) -> Complaint:
    expected = str(error.get("ctx", {}).get("expected", ""))
    known = [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    given = str(error["input"])
    meant = nearest_word(given, known)
    instead = f"did you mean {meant}?" if meant else f"write {', '.join(known[:-1])} or {known[-1]}"
    return _written(error["loc"]), False, f"{given!r} is not known here", instead


def _written(loc: Loc) -> Loc:
    """The path as it is in the file: without the names of the forms that something can have."""
    return tuple(part for part in loc if part not in {*AXES, *OUTLIVES})


def complaint(
    error: ErrorDetails, known_keys: Callable[[Loc], tuple[str, ...]] = keys_at
) -> Complaint:
    """One of pydantic's errors in the author's words; `known_keys` are those of the document."""
    loc, kind, given = _written(error["loc"]), error["type"], error["input"]
    if kind == "extra_forbidden":
        return loc, True, *_no_key(str(loc[-1]), known_keys(loc[:-1]))
    if kind == "missing":
        return loc[:-1], True, f"the key {str(loc[-1])!r} is missing", f"add {loc[-1]}: ..."
    if kind == "policy":
        context = error.get("ctx", {})
        on_key = bool(loc) and loc[-1] == "[key]"
        return loc[:-1] if on_key else loc, on_key, context["what"], context["instead"]
    if kind in {"literal_error", "enum"}:
        return _choices(error)
    if kind in _EXPECTED:
        return loc, False, *_expected(kind, given)
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = next(iter(error.get("ctx", {}).values()))
        bound = "at least" if kind.startswith("greater") else "at most"
        return loc, False, f"{_shown(given)} is out of range", f"write {bound} {limit}"
    if kind.startswith("date_"):
        return loc, False, f"{_shown(given)} is not a date", "write it as 2026-11-01"
    return loc, False, error["msg"], ""


def complaints_of_empty_lists(value: Any, said: Sequence[Loc]) -> Iterator[Complaint]:
    """The complaints of empty lists, except where something is `said` already.

    Such a list could mean nothing or everything, so only an attribute takes one: any value.
    """
    for loc in empty_lists(value):
        known = any(loc[: len(other)] == other or other[: len(loc)] == loc for other in said)
        if loc[0] != "attributes" and not known:
            what = "this list is empty"
            yield loc, False, what, "write at least one entry, or leave the key out"


def _no_key(key: str, known: tuple[str, ...]) -> tuple[str, str]:
    if key.startswith("because "):
        return "a comma ends the value before it", "write none because REASON"
    return f"there is no key {key!r} here", suggestion(key, known)


def _expected(kind: str, given: Any) -> tuple[str, str]:
    what, instead = _EXPECTED[kind]
    if kind == "int_type" and isinstance(given, str) and given.isdecimal():
        return _of_number(given)
    if kind == "string_type" and isinstance(given, (list, tuple)):
        return "one text is expected here, not a list", "write one, without brackets"
    untold = given == "" or isinstance(given, (dict, list, tuple))
    return what if untold else f"{what}, not {_shown(given)}", instead


def _of_number(text: str) -> tuple[str, str]:
    """What is wrong with a number that was read as a text: its quotes, or its length."""
    if len(text) < MOST_DIGITS:
        return f"{text!r} is a text here", f"write {text} without quotes"
    return f"{text[:60]} is too large a number", "write a smaller one"


def _shown(given: Any) -> str:
    if given is None:
        return "nothing"
    return str(given).lower() if isinstance(given, bool) else repr(given)[:60]
