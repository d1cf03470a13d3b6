"""A mypy plugin: `record.changed(...)` takes the fields of its class, each with its type.

An unpacked mapping (`**change`) is checked as far as mypy knows its type; the tests check the rest.
"""

from collections.abc import Callable

from mypy.expandtype import expand_type_by_instance
from mypy.nodes import ARG_NAMED_OPT, Var
from mypy.plugin import MethodSigContext, Plugin
from mypy.types import (
    AnyType,
    CallableType,
    FunctionLike,
    Instance,
    Type,
    TypeOfAny,
    TypeVarType,
    get_proper_type,
)

BASE = "models.base.Changing"
METHOD = "changed"
OF_PYDANTIC = "pydantic-mypy-metadata"
"""The key under which pydantic's plugin keeps what it knows about a class."""


class ChangedPlugin(Plugin):
    """Gives each call of `changed` the signature of its class."""

    def get_method_signature_hook(
        self, fullname: str
    ) -> Callable[[MethodSigContext], FunctionLike] | None:
        """Called by mypy for each method call. `fullname` begins with the object's class."""
        return _signature if fullname.endswith(f".{METHOD}") else None


def _signature(context: MethodSigContext) -> FunctionLike:
    """One optional keyword for each field. Methods of other classes keep their signature."""
    kind = get_proper_type(context.type)
    if isinstance(kind, TypeVarType):
        kind = get_proper_type(kind.upper_bound)
    if not isinstance(kind, Instance) or not kind.type.has_base(BASE):
        return context.default_signature
    fields = {name: _type_of(kind, name) for name in _fields(kind)}
    given: CallableType = context.default_signature
    return given.copy_modified(
        arg_names=list(fields),
        arg_kinds=[ARG_NAMED_OPT] * len(fields),
        arg_types=list(fields.values()),
    )


def _fields(kind: Instance) -> list[str]:
    known = kind.type.metadata.get(OF_PYDANTIC, {})
    return list(known.get("fields", {}))


def _type_of(kind: Instance, name: str) -> Type:
    symbol = kind.type.get(name)
    if symbol is None or not isinstance(symbol.node, Var) or symbol.node.type is None:
        return AnyType(TypeOfAny.special_form)
    owner = symbol.node.info
    return expand_type_by_instance(symbol.node.type, kind) if owner else symbol.node.type


def plugin(version: str) -> type[Plugin]:  # noqa: ARG001 - mypy hands it over
    """The entry point that mypy calls."""
    return ChangedPlugin
