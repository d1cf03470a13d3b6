"""Moments and conditions as people write them, kept as their words."""

from typing import Annotated

from pydantic import AfterValidator

from models.policy.values.words import wrong_value
from models.time.moments import MomentError, parse_condition, parse_moment


def _moment(text: str) -> str:
    try:
        parse_moment(text)
    except MomentError as error:
        raise wrong_value(error.what, error.instead) from None
    return " ".join(text.split())


def _condition(text: str) -> str:
    try:
        parse_condition(text)
    except MomentError as error:
        raise wrong_value(error.what, error.instead) from None
    return " ".join(text.split())


MomentText = Annotated[str, AfterValidator(_moment)]
"""A milestone, or a choice among several."""

ConditionText = Annotated[str, AfterValidator(_condition)]
"""What must be true of an incident."""
