"""The name of a rule about authority or approvals: `close`, or `set_milestone:customer_told`.

Policies and records keep it as text. This type reads and writes that text, and nothing else does.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleName:
    """A rule for a command, or for one `part` of it: a milestone, attribute, state or audience."""

    command: str
    part: str | None = None

    def __str__(self) -> str:
        return self.command if self.part is None else f"{self.command}:{self.part}"


def rule_named(text: str) -> RuleName:
    """The rule that `text` names."""
    command, colon, part = text.partition(":")
    return RuleName(command, part if colon else None)
