"""What the tests ask of each change of a record: every value is what its field keeps."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from models.incident.record import TimelineEntry
from models.incident.timeline import SAID, EntryKind

_KINDS = frozenset(map(str, EntryKind))


def proof(kind: type[BaseModel], fields: Mapping[str, Any]) -> None:
    """Raise TypeError for the first value that is not of the type of its field."""
    for name, value in fields.items():
        try:
            _validator(kind, name).validate_python(value, strict=True)
        except ValidationError as error:
            raise TypeError(f"{kind.__name__}.{name} cannot be {value!r:.200}: {error}") from error
        if name == "timeline" and value:
            _listed(value[-1])


def _listed(line: TimelineEntry) -> None:
    """The kind of a new line, and each name in its data, stand in the table of kinds."""
    of_policy = line.kind.startswith(EntryKind.MILESTONE.removesuffix("NAME"))
    kind = EntryKind.MILESTONE if of_policy and line.kind not in _KINDS else line.kind
    if kind not in _KINDS:
        raise TypeError(f"{line.kind} is no kind of line")
    unknown = line.data.keys() - {*EntryKind(kind).data, *SAID}
    if unknown:
        raise TypeError(f"{line.kind} has no data {', '.join(sorted(unknown))}")


@cache
def _validator(kind: type[BaseModel], name: str) -> SchemaValidator:
    field = kind.__pydantic_fields__[name]
    annotation: Any = field.annotation
    for constraint in field.metadata:
        annotation = Annotated[annotation, constraint]
    adapter = TypeAdapter(annotation)
    adapter.rebuild()
    return SchemaValidator(_as_kept(adapter.core_schema))


def _as_kept(schema: Any) -> Any:
    """The schema without what reads the written form of a policy: a change has the kept one."""
    if isinstance(schema, dict):
        if schema.get("type") == "function-before":
            return _as_kept(schema["schema"])
        return {key: _as_kept(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_as_kept(value) for value in schema]
    return schema
