"""When somebody reviews the policy itself again."""

from collections.abc import Iterator
from datetime import datetime

from models.policy import Policy
from policies.reading.findings import Check, Finding, warning


def revision(now: datetime) -> Check:
    """The check that the next review of the policy still lies ahead. The day itself is in time."""

    def check(policy: Policy) -> Iterator[Finding]:
        due = policy.next_review
        if due is None:
            return
        if due < policy.effective_from:
            what = f"the next review, {due}, is before the policy comes into force"
            yield warning(("next_review",), what, f"write a day after {policy.effective_from}")
        elif due < now.date():
            what = f"the review of the policy was due by {due}"
            yield warning(("next_review",), what, "review it, and write the next date")

    return check
