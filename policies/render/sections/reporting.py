"""The second section: who reports, how, what a report says, and what happens to alerts."""

from collections.abc import Iterable, Iterator

from models.intake import ReportingRule
from models.policy.values.words import bare_name
from models.way_in import CHANNELS
from policies.compiling.policy import compile_intake
from policies.compiling.responsibility import reporter_meant
from policies.compiling.timing import decided
from policies.render.sections import severities
from policies.render.writing.document import Block, Blocks, Heading, Paragraph, bullets, table
from policies.render.writing.view import View
from policies.render.writing.words import duration, listed, party

_WORDS = {
    "anyone": "anyone",
    "people": "the people of this policy",
    "monitoring": "monitoring",
}
_JOINED = {
    "record": "that is recorded",
    "remind": "the engine reminds the person who leads",
    "page": "the engine pages the person who leads",
    "escalate": "the engine reminds the person who leads, and pages the next level",
}
_WAYS = {
    "command_line": "the command line",
    "api": "the API",
    "web": "the web pages",
    "chat": "the chat",
    "temporal": "Temporal",
}
_QUIET = {
    "record": "the timeline says so, and people decide",
    "mitigate": "the incident counts as mitigated",
    "resolve": "the incident is resolved",
}


def section(view: View) -> Blocks:
    """Reports, severities, alerts."""
    rule = compile_intake(view.policy).reporting
    yield Paragraph(f"{reporters(view)} may report an incident.")
    for severity in rule.at:
        who = _whom(view, _written_at(view, severity))
        yield Paragraph(f"An incident of {severity} may be reported only by {who}.")
    yield Heading("Channels of reports")
    yield bullets(_ways(rule), "")
    yield Heading("Required information")
    yield bullets(_information(rule), "")
    yield Heading("Tools")
    yield tools(view)
    yield from _attributes(view)
    yield from severities.section(view)
    yield Heading("Alerts")
    yield bullets(_alerts(view), "")


def reporters(view: View) -> str:
    """Who may report, as the beginning of a sentence."""
    who = view.policy.reporting.who if view.policy.reporting else ("anyone",)
    words = _whom(view, who)
    own = who[0] in _WORDS or _by_role(view, who[0])
    return words[:1].upper() + words[1:] if own else words


def _written_at(view: View, severity: str) -> tuple[str, ...]:
    """Who may report at a severity, in the words of the policy."""
    written = view.policy.reporting.who_at if view.policy.reporting else {}
    return written[decided(view.policy, written)[severity]]


def _whom(view: View, who: Iterable[str]) -> str:
    return listed((_reporter(view, word) for word in who), "or")


def _reporter(view: View, word: str) -> str:
    """Whom a word means; nobody holds a role yet, so it means everybody who could."""
    name, people = str(bare_name(word)), _by_role(view, word)
    if people:
        return f"whoever could be {name} ({listed(people)})"
    return _WORDS.get(name, party(name))


def _by_role(view: View, word: str) -> tuple[str, ...]:
    """The people that a word means, if it names a role."""
    return reporter_meant(view.policy, word) if bare_name(word) in view.policy.roles else ()


def required(rule: ReportingRule) -> tuple[str, ...]:
    """What a report must contain: a title, and what the policy requires."""
    return tuple(dict.fromkeys(("title", *rule.required)))


def ways_in(rule: ReportingRule) -> tuple[str, ...]:
    """The ways by which the engine accepts reports."""
    taken = (n for n in CHANNELS if not rule.channels or n in rule.channels)
    return tuple(_WAYS.get(name, name) for name in taken)


def watched(rule: ReportingRule) -> tuple[str, ...]:
    """The ways in that people watch."""
    return tuple(name for name in rule.channels if name not in CHANNELS)


def _ways(rule: ReportingRule) -> Iterator[str]:
    yield f"The engine accepts reports by {listed(ways_in(rule), 'or') or 'no way of its own'}."
    if watched(rule):
        others = listed(watched(rule))
        yield f"People answer {others}, and then report by one of the other ways."


def _information(rule: ReportingRule) -> Iterator[str]:
    yield f"A report says: {listed(required(rule))}. The engine refuses one that does not."
    yield "The engine accepts alerts as they are: it loses none for lack of information."


def tools(view: View) -> Block:
    """The tools in use, by purpose."""
    said = view.policy.reporting.tools if view.policy.reporting else {}
    nothing = view.nothing("reporting.tools", "The policy names none.")
    return table(("Purpose", "Tool"), said.items(), nothing)


def _attributes(view: View) -> Blocks:
    attributes = view.compiled.attributes
    if attributes:
        yield Heading("What clocks ask of an incident")
        yield table(
            ("Attribute", "Values"),
            ((name, listed(values, "or") or "any") for name, values in attributes.items()),
            "",
        )


def _once(needed: list[str]) -> str:
    return f"once {listed(needed)}" if needed else "at once"


def _alerts(view: View) -> Iterator[str]:
    grouping = view.compiled.grouping
    needed = [
        *(
            (f"they came {grouping.open_after_count} times",)
            if grouping.open_after_count > 1
            else ()
        ),
        *((f"they fired for {duration(grouping.open_after)}",) if grouping.open_after else ()),
    ]
    yield f"Alerts of one group make one incident, {_once(needed)}."
    yield (
        f"An alert that comes back within {duration(grouping.reopen_within)} of resolve reopens "
        "the incident; later it opens a new one."
    )
    yield (
        "An alert that was still firing at resolve counts as a recurrence if it still fires "
        f"{duration(grouping.settle_after)} later."
    )
    yield f"Repeats reach the incident at most once in {duration(grouping.repeats_every)}."
    yield f"The engine forgets a group once it has been quiet for {duration(grouping.quiet_after)}."
    yield f"When none of its alerts fires any more, {_QUIET[view.compiled.when_alerts_quiet]}."
    yield (
        "When a critical alert joins an incident that somebody has acknowledged or rated, "
        f"{_JOINED[view.compiled.when_alerts_join]}. An alert is critical if it fires at the "
        "worst severity, or at a worse one than the incident has."
    )
    for labels in compile_intake(view.policy).ignore:
        pairs = listed(f"{name}={value}" for name, value in labels.items())
        yield f"The engine ignores alerts with {pairs}."
