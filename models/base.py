"""What every model shares: frozen, closed to unknown fields, and strict about instants."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from models.proof import Proof
from models.way_in import WayIn

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""The years that people may name."""
FURTHEST = timedelta(days=1000 * 365)
"""The longest length of time. Added to the years above, it stays in the calendar."""

proof: Callable[[type[BaseModel], Mapping[str, Any]], None] | None = None
"""In tests, this checks that changed fields have values of their types. Production has none."""


class Changing(BaseModel):
    """A value that never changes. `changed` returns another value that replaces it."""

    def changed(self, **fields: Any) -> Self:
        """The same value with these fields changed. Nothing is validated again.

        mypy knows the fields of each class and their types (lint/changed.py). In the tests `proof`
        checks what mypy cannot see, such as an unpacked mapping. Raises TypeError for a name that
        is no field.
        """
        known = type(self).__pydantic_fields__
        if not fields.keys() <= known.keys():
            unknown = ", ".join(sorted(fields.keys() - known.keys()))
            raise TypeError(f"{type(self).__name__} has no field {unknown}")
        if proof is not None:
            proof(type(self), fields)
        new = copy(self)
        new.__dict__.update(fields)
        new.__pydantic_fields_set__.update(fields)
        return new


class Frozen(Changing):
    """A value of our own: it refuses unknown fields.

    What validates it is built when the first value needs it, so no command waits for models that
    it does not use. `build_models` builds all at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Lenient(Changing):
    """A value from outside. Newer senders may add fields that we do not know yet."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


def build_models() -> None:
    """Build what validates each model that is loaded.

    Call it before a process takes work: the first incident must not wait for it, and Temporal's
    converter builds a model that is not built anew for each payload.
    """
    waiting = [Changing]
    while waiting:
        kind = waiting.pop()
        if kind is not Changing:
            kind.model_rebuild()
        waiting += reversed(kind.__subclasses__())


def _to_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("instant", "lies outside the calendar in UTC") from None


def _bearable(value: Any, read: ValidatorFunctionWrapHandler) -> timedelta:
    try:
        length: timedelta = read(value)
    except OverflowError:
        length = timedelta.max
    if abs(length) > FURTHEST:
        raise PydanticCustomError("length", "is longer than 1000 years")
    return length


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A timezone-aware instant, kept in UTC. Refuses a naive one, and one that UTC cannot express.

A validator around the instant would not read the text of an instant from a strict body.
"""

Seconds = Annotated[
    timedelta,
    WrapValidator(_bearable),
    PlainSerializer(lambda value: value.total_seconds(), return_type=float),
]
"""An elapsed duration; in JSON a number of seconds."""


class Actor(Frozen):
    """Who did it, by which way in, and how that way in established the name.

    `via` is the way in: console, api, web, alerts, temporal (a raw update or signal), engine. A
    name is only a claim if `proof` is CLAIMED.
    """

    name: str
    via: str = WayIn.TEMPORAL.value
    proof: Proof = Field(default=Proof.CLAIMED, exclude_if=lambda proof: proof is Proof.CLAIMED)

    @property
    def way(self) -> str:
        """The way in, and how it established the name if it did: `web, link`."""
        return self.via if self.proof is Proof.CLAIMED else f"{self.via}, {self.proof}"

    @property
    def shown(self) -> str:
        """The name; with the way in and the proof if it is more than a claim: `ana (web, link)`."""
        return self.name if self.proof is Proof.CLAIMED else f"{self.name} ({self.way})"

    def passes_for(self, other: "Actor") -> bool:
        """Whether this actor reads like the other, however each was established."""
        return (self.name, self.via) == (other.name, other.via)


ENGINE = Actor(name="engine", via=WayIn.ENGINE.value)
"""The engine itself, acting by policy."""

MONITORING = Actor(name="monitoring", via=WayIn.MONITORING.value)
"""The alert group, on behalf of monitoring."""
