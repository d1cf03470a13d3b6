"""A field of a form, as the template `fields.html` shows it."""

from dataclasses import dataclass
from typing import NamedTuple

LONGEST_TEXT = 4000


class Choice(NamedTuple):
    """A value and its words."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form. `control` says how somebody fills it in, `problem` what is wrong.

    The value of an instant is local time of one of `zones`; `zone` is the chosen one.
    """

    name: str
    label: str
    control: str
    required: bool
    says: str
    choices: tuple[Choice, ...]
    value: str
    longest: int
    problem: str = ""
    zones: tuple[Choice, ...] = ()
    zone: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The chosen values."""
        return tuple(self.value.splitlines())


def label_of(name: str) -> str:
    """A name as somebody reads it."""
    return name.replace("_", " ").capitalize()
