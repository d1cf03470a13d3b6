"""The review as people write it: when an incident needs one, and what it must have."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool

from models.base import Frozen
from models.policy.values.words import Name, Names, Somebodies, Somebody, split_keys

Asked = Literal["always", "never", "when breached"]


def _by_severity(given: Any) -> Any:
    """One word alone: the same at every severity."""
    return {"any": given} if isinstance(given, str) else split_keys(given)


RequiredReviews = Annotated[dict[Name, Asked], BeforeValidator(_by_severity)]
"""Whether an incident needs a review, by severity; one word for all."""


class ReviewEntry(Frozen):
    """What a review must have. `required` goes by the worst severity that the incident ever had.

    `followed_up_by` names who sees lessons and action items through to their end.
    """

    required: RequiredReviews = Field(default_factory=dict)
    led_by: Somebody | None = None
    attendees: Somebodies = Field(default=(), alias="with")
    aspects: Names = ()
    documents: Names = ()
    lessons: StrictBool = True
    action_items: StrictBool = False
    followed_up_by: Somebodies = ()
