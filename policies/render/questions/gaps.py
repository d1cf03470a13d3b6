"""Which questions that every policy answers a policy leaves open, and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.people.rule_name import rule_named
from models.policy import Policy
from models.policy.sections.promises import ReviewEntry
from policies.compiling.responsibility import leading
from policies.reading.tree import Loc

POST_UPDATE = "post_update"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: where it should be, what to add, and what lacks it."""

    loc: Loc
    add: str
    of: str = ""


def principles(policy: Policy) -> Iterator[Gap]:
    """Guidelines."""
    if policy.principles is None:
        yield Gap((), "principles.guidelines")
    elif not policy.principles.guidelines:
        yield Gap(("principles",), "principles.guidelines")


def framework(policy: Policy) -> Iterator[Gap]:
    """The framework."""
    if policy.principles is None:
        yield Gap((), "principles.framework")
    elif policy.principles.framework is None:
        yield Gap(("principles",), "principles.framework")


def _reporting(policy: Policy, key: str) -> Iterator[Gap]:
    said = policy.reporting.model_fields_set if policy.reporting else set()
    if key not in said:
        yield Gap(("reporting",) if policy.reporting else (), f"reporting.{key}")


def reporters(policy: Policy) -> Iterator[Gap]:
    """Who may report; if the policy does not say, anyone may."""
    return _reporting(policy, "who")


def information(policy: Policy) -> Iterator[Gap]:
    """What a report must contain; if the policy does not say, a title is enough."""
    return _reporting(policy, "required")


def tools(policy: Policy) -> Iterator[Gap]:
    """Tools by their purpose."""
    return _reporting(policy, "tools")


def manager(policy: Policy) -> Iterator[Gap]:
    """How somebody becomes incident manager: by default, or through somebody who may assign it."""
    name = leading(policy)
    if name is None:
        yield Gap((), "roles")
    elif policy.roles[name].default is None and "assign_role" not in policy.authority:
        yield Gap(("roles", name), f"roles.{name}.default")


def duties(policy: Policy) -> Iterator[Gap]:
    """The duties of every role."""
    if not policy.roles:
        yield Gap((), "roles")
    for name, role in policy.roles.items():
        if not role.duties:
            yield Gap(("roles", name), f"roles.{name}.duties", name)


def speaker(policy: Policy) -> Iterator[Gap]:
    """The role that speaks for the incident."""
    if policy.communication is None:
        yield Gap((), "communication.lead")
    elif policy.communication.lead is None:
        yield Gap(("communication",), "communication.lead")


def steps(policy: Policy) -> Iterator[Gap]:
    """Steps."""
    if not any(policy.steps.values()):
        yield Gap((), "steps")


def deadlines(policy: Policy) -> Iterator[Gap]:
    """Clocks."""
    if not policy.clocks:
        yield Gap((), "clocks")


def progress(policy: Policy) -> Iterator[Gap]:
    """Audiences that the engine or a person informs."""
    if policy.communication is None:
        yield Gap((), "communication.audiences")
    elif not policy.communication.audiences:
        yield Gap(("communication",), "communication.audiences")


def cadence(policy: Policy) -> Iterator[Gap]:
    """Updates that the policy promises to audiences."""
    if policy.communication is None:
        yield Gap((), "communication.updates")
    elif not policy.communication.updates:
        yield Gap(("communication",), "communication.updates")


def reviewer(policy: Policy) -> Iterator[Gap]:
    """Who leads reviews, unless the policy requires none."""
    if policy.review is None:
        yield Gap((), "review")
    elif policy.review.led_by is None and _reviewed(policy.review):
        yield Gap(("review",), "review.led_by")


def _reviewed(review: ReviewEntry) -> bool:
    """Whether any incident needs a review."""
    return bool(set(review.required.values()) - {"never"})


def record(policy: Policy) -> Iterator[Gap]:
    """Where the record is kept."""
    if policy.record is None:
        yield Gap((), "record.stored_in")
    elif policy.record.stored_in is None:
        yield Gap(("record",), "record.stored_in")


def follow_up(policy: Policy) -> Iterator[Gap]:
    """Whether a review needs lessons and action items, and who sees them through."""
    if policy.review is None:
        yield Gap((), "review.action_items")
    elif "action_items" not in policy.review.model_fields_set:
        yield Gap(("review",), "review.action_items")
    if policy.review and not policy.review.followed_up_by and _reviewed(policy.review):
        yield Gap(("review",), "review.followed_up_by")


def clarity(policy: Policy) -> Iterator[Gap]:
    """Who checks what is said, unless others must approve each update."""
    if any(rule_named(name).command == POST_UPDATE for name in policy.approvals):
        return
    if policy.communication is None:
        yield Gap((), "communication.checked_by")
    elif not policy.communication.checked_by:
        yield Gap(("communication",), "communication.checked_by")


def channels(policy: Policy) -> Iterator[Gap]:
    """Channels."""
    if not policy.channels:
        yield Gap((), "channels")
