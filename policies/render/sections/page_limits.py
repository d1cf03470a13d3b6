"""Limits of pages over all incidents, and what happens to pages beyond them."""

from collections.abc import Iterator

from models.people.workload import PageLimit
from policies.render.writing.document import Blocks, Heading, bullets
from policies.render.writing.view import View
from policies.render.writing.words import duration, listed
from rules.paging.workload import pages_for_summaries, pages_one_by_one

_BEYOND = (
    "The engine holds further pages and sends one summary that lists their incidents, the "
    "worst first. For an escalation a held page counts as sent. An acknowledgement drops the held "
    "pages of its levels."
)


def section(view: View) -> Blocks:
    """The limits of pages; nothing if the policy has none."""
    said = tuple(_limits(view))
    if said:
        yield Heading("Limits of pages")
        yield bullets((*said, *_divided(view), _BEYOND), "")


def _limits(view: View) -> Iterator[str]:
    everybody, channels = view.compiled.page_limits.person, view.compiled.page_limits.channels
    own = {name: p.limit for name, p in view.compiled.people.items() if p.limit != everybody}
    paged = [(name, limit) for name, limit in (("Each person", everybody), *own.items()) if limit]
    if paged:
        often = [f"{name} {_often(limit)}" for name, limit in paged[1:]]
        first, limit = paged[0]
        each = f"{first} is paged {_often(limit)} over all incidents"
        yield f"{'; '.join((each, *often))}."
    for name, limit in channels.items():
        yield f"The channel {name} is paged by levels {_often(limit)} over all incidents."


def _often(limit: PageLimit) -> str:
    return f"at most {limit.most} times in {duration(limit.within)}"


def _divided(view: View) -> Iterator[str]:
    """How each limit is divided between pages and summaries."""
    limits = view.compiled.page_limits
    people = (person.limit for person in view.compiled.people.values())
    every = (limits.person, *people, *limits.channels.values())
    for limit in {limit.most: limit for limit in every if limit}.values():
        yield f"Of {limit.most} pages, {listed(_parts(view, limit))}."


def _parts(view: View, limit: PageLimit) -> Iterator[str]:
    worst, *others = view.severities
    at_worst, at_others = pages_one_by_one(limit, worst=True), pages_one_by_one(limit, worst=False)
    if others:
        yield f"{at_others} {'is' if at_others == 1 else 'are'} for any severity"
        yield f"{at_worst - at_others} for {worst} alone"
    else:
        yield f"{at_worst} are for one incident each"
    yield f"{pages_for_summaries(limit)} for summaries"
