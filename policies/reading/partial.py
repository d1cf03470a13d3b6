"""Checks what can be read of a policy, without the parts that cannot."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from models.policy import Policy
from policies.reading.findings import Finding
from policies.reading.problems import Gravity
from policies.reading.shape import complaint, model_at
from policies.reading.tree import Loc

_SECTION, _ENTRY = 1, 2
"""The lengths of the path of a section, and of a named entry in it."""
_ROUNDS = 8
"""Without one part the rest may miss something; this is how often to leave that out, too."""


@dataclass(frozen=True, slots=True)
class Partial:
    """A policy without its unreadable parts, and which parts these are."""

    policy: Policy
    left_out: tuple[Loc, ...]

    def can_say(self, finding: Finding) -> bool:
        """Whether an error stands whatever the missing parts would have said.

        An error about the same entry, or one that names anything on the way to such a part, may
        come from leaving it out.
        """
        names = {part for loc in self.left_out for part in loc[_SECTION:] if isinstance(part, str)}
        said = set(finding.what.replace(",", " ").replace(":", " ").split())
        beside = any(_entry(finding.loc) == _entry(loc) for loc in self.left_out)
        return finding.level is Gravity.ERROR and not beside and not names & said


def readable_part(value: dict[str, Any], unread: Iterable[Loc]) -> Partial | None:
    """The policy without the parts `unread`; None if the rest is no policy.

    If a whole section is missing, everything that refers to it seems unknown.
    """
    rest, left_out = deepcopy(value), list(unread)
    fresh = left_out
    for _ in range(_ROUNDS):
        if any(not loc[1:] for loc in left_out):
            return None
        for loc in sorted(fresh, key=str, reverse=True):
            _cut(rest, loc)
        try:
            return Partial(Policy.model_validate(rest), tuple(left_out))
        except ValidationError as error:
            found = [complaint(item)[0] for item in error.errors(include_url=False)]
            fresh = [loc if loc not in left_out else loc[:-1] for loc in found]
            left_out += fresh
    return None


def _entry(loc: Loc) -> Loc:
    """What a part belongs to: an entry that the author named, or a section without such entries."""
    return loc[:_SECTION] if model_at(loc[:_SECTION]) else loc[:_ENTRY]


def _cut(value: Any, loc: Loc) -> None:
    """Take a part out. An item takes its list with it: the other items would move up."""
    for part in loc[:-1]:
        inner = value.get(part) if isinstance(value, dict) else None
        if not isinstance(inner, dict):
            if isinstance(value, dict):
                value.pop(part, None)
            return
        value = inner
    value.pop(loc[-1], None)
