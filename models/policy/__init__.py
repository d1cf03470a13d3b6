"""The policy as its author writes it: one file, section by section.

`document.Policy` is the whole. These models say what a policy may contain and what each word means.
`policies` checks whether the parts fit each other.
"""

from models.policy.document import Policy

__all__ = ["Policy"]
