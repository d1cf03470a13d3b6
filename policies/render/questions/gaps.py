"""Which questions that every policy answers a policy leaves open, and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.people.rule_name import rule_named
from models.policy import Policy
from models.policy.sections.review import ReviewEntry
from policies.compiling.responsibility import leading
from policies.reading.tree import Loc

POST_UPDATE = "post_update"


@dataclass(frozen=True, slots=True)
class PolicyGap:
    """Something that is missing: where it should be, what to add, and what lacks it."""

    loc: Loc
    add: str
    of: str = ""


def principles(policy: Policy) -> Iterator[PolicyGap]:
    """Guidelines."""
    if policy.principles is None:
        yield PolicyGap((), "principles.guidelines")
    elif not policy.principles.guidelines:
        yield PolicyGap(("principles",), "principles.guidelines")


def framework(policy: Policy) -> Iterator[PolicyGap]:
    """The framework."""
    if policy.principles is None:
        yield PolicyGap((), "principles.framework")
    elif policy.principles.framework is None:
        yield PolicyGap(("principles",), "principles.framework")


def _reporting(policy: Policy, key: str) -> Iterator[PolicyGap]:
    said = policy.reporting.model_fields_set if policy.reporting else set()
    if key not in said:
        yield PolicyGap(("reporting",) if policy.reporting else (), f"reporting.{key}")


def reporters(policy: Policy) -> Iterator[PolicyGap]:
    """Who may report; if the policy does not say, anyone may."""
    return _reporting(policy, "who")


def information(policy: Policy) -> Iterator[PolicyGap]:
    """What a report must contain; if the policy does not say, a title is enough."""
    return _reporting(policy, "required")


def tools(policy: Policy) -> Iterator[PolicyGap]:
    """Tools by their purpose."""
    return _reporting(policy, "tools")


def manager(policy: Policy) -> Iterator[PolicyGap]:
    """How somebody becomes incident manager: by default, or through somebody who may assign it."""
    name = leading(policy)
    if name is None:
        yield PolicyGap((), "roles")
    elif policy.roles[name].default is None and "assign_role" not in policy.authority.rules:
        yield PolicyGap(("roles", name), f"roles.{name}.default")


def duties(policy: Policy) -> Iterator[PolicyGap]:
    """The duties of every role."""
    if not policy.roles:
        yield PolicyGap((), "roles")
    for name, role in policy.roles.items():
        if not role.duties:
            yield PolicyGap(("roles", name), f"roles.{name}.duties", name)


def speaker(policy: Policy) -> Iterator[PolicyGap]:
    """The role that speaks for the incident."""
    if policy.communication is None:
        yield PolicyGap((), "communication.lead")
    elif policy.communication.lead is None:
        yield PolicyGap(("communication",), "communication.lead")


def steps(policy: Policy) -> Iterator[PolicyGap]:
    """Steps."""
    if not any(policy.steps.values()):
        yield PolicyGap((), "steps")


def deadlines(policy: Policy) -> Iterator[PolicyGap]:
    """Clocks."""
    if not policy.clocks:
        yield PolicyGap((), "clocks")


def progress(policy: Policy) -> Iterator[PolicyGap]:
    """Audiences that the engine or a person informs."""
    if policy.communication is None:
        yield PolicyGap((), "communication.audiences")
    elif not policy.communication.audiences:
        yield PolicyGap(("communication",), "communication.audiences")


def cadence(policy: Policy) -> Iterator[PolicyGap]:
    """Updates that the policy promises to audiences."""
    if policy.communication is None:
        yield PolicyGap((), "communication.updates")
    elif not policy.communication.updates:
        yield PolicyGap(("communication",), "communication.updates")


def reviewer(policy: Policy) -> Iterator[PolicyGap]:
    """Who leads reviews, unless the policy requires none."""
    if policy.review is None:
        yield PolicyGap((), "review")
    elif policy.review.led_by is None and _reviewed(policy.review):
        yield PolicyGap(("review",), "review.led_by")


def _reviewed(review: ReviewEntry) -> bool:
    """Whether any incident needs a review."""
    return bool(set(review.required.values()) - {"never"})


def record(policy: Policy) -> Iterator[PolicyGap]:
    """Where the record is kept."""
    if policy.record is None:
        yield PolicyGap((), "record.stored_in")
    elif policy.record.stored_in is None:
        yield PolicyGap(("record",), "record.stored_in")


def follow_up(policy: Policy) -> Iterator[PolicyGap]:
    """Whether a review needs lessons and action items, and who sees them through."""
    if policy.review is None:
        yield PolicyGap((), "review.action_items")
    elif "action_items" not in policy.review.model_fields_set:
        yield PolicyGap(("review",), "review.action_items")
    if policy.review and not policy.review.followed_up_by and _reviewed(policy.review):
        yield PolicyGap(("review",), "review.followed_up_by")


def clarity(policy: Policy) -> Iterator[PolicyGap]:
    """Who checks what is said, unless others must approve each update."""
    if any(rule_named(name).command == POST_UPDATE for name in policy.approvals):
        return
    if policy.communication is None:
        yield PolicyGap((), "communication.checked_by")
    elif not policy.communication.checked_by:
        yield PolicyGap(("communication",), "communication.checked_by")


def channels(policy: Policy) -> Iterator[PolicyGap]:
    """Channels."""
    if not policy.channels:
        yield PolicyGap((), "channels")
