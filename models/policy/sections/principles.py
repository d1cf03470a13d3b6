"""The principles that guide the team, as people write them."""

from models.base import Frozen
from models.policy.values.words import Text, Texts


class PrinciplesEntry(Frozen):
    """What guides the team: the framework that it follows, and guidelines in its own words."""

    framework: Text | None = None
    guidelines: Texts = ()
