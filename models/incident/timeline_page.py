"""The page `docs/timeline.md`, from the table of kinds."""

from itertools import groupby

from models.incident.timeline import SAID, EntryKind, subject_of

NAMES = {
    "actions": "what the threshold set off, in words",
    "asked_at": "when something asked for the level",
    "asks": "everything that a command would do, part by part",
    "at": "the new instant",
    "attribute": "the name of the attribute",
    "audience": "an audience",
    "audiences": "the audiences of the update",
    "becomes": "the new value: a severity, an instant, the hash of a policy",
    "by_seconds": "the seconds by which the limit moved",
    "bytes": "the size of a message that was larger than 16 KiB",
    "channel": "the channel, as the policy names it",
    "clock": "the clock; `update:AUDIENCE` is the promise of updates to an audience",
    "clocks": "how a new policy changes the clocks, in words",
    "command": "the name of the command",
    "content": "the information from the giver",
    "cycle": "the round of the escalation, from 0",
    "date": "the name of the date",
    "deadlines": "the limits of the running clocks after the change",
    "doubts": "doubts about who is on call, in words",
    "due_at": "when the threshold came due",
    "elsewhere": "the other incidents in which the person holds the role",
    "feed_age_seconds": "how old the copy of the on-call feed was",
    "forgotten_at": "when the acknowledgement counts as forgotten",
    "giver": "who gives the role",
    "group": "the alert group that opened the incident",
    "item": "the id of the action item",
    "key": "the idempotency key of the message",
    "late_by_seconds": "how late the threshold fired, in seconds",
    "level": "the level of the escalation, from 1",
    "limit_at": "the new limit",
    "milestone": "the name of the milestone",
    "name": "what the channel calls the place of the incident",
    "next_at": "when the engine pages the next level if nobody answers",
    "not_by": "the channels that refused the page before",
    "note": "the note of a command",
    "of": "the people whom the engine asked",
    "on_call": "who is on call by the schedule, with all details",
    "only": "whether the escalation by hand pages this level only",
    "opens_at": "when the hours of the person begin",
    "override": "why a command overrides the policy",
    "person": "the person whom the line is about",
    "place": "the place of the incident on the channel, as the channel addresses it",
    "policy": "name and version of the policy",
    "policy_hash": "the SHA-256 of the policy file",
    "previous": "the incident before this one, of the same alert group",
    "reason": "the reason, in words",
    "recipient": "a person or an audience",
    "reference": "where the message is in its channel: place, message, thread, address",
    "refusal": "the type of the refusal",
    "request": "the short name of a request for approval",
    "role": "the role",
    "rule": "the escalation, or the rule for approvals, as the policy names it",
    "run": "the run of the clock, from 1",
    "running_clocks": "what the policy does with the running clocks",
    "schedule": "the on-call schedule that named the person",
    "sha256": "the hash of the document",
    "source": "the state before",
    "step": "the name of the step",
    "summary_of": "the incidents in the summary",
    "taker": "the person who is offered the role",
    "target": "the state after; for a page or reminder, its target, as the policy names it",
    "targets": "the targets of the level, as the policy names them",
    "text": "the whole text, if the line is too short for it",
    "threshold": "the threshold, such as `100%` or `-1h`",
    "told": "the person who got the reminder",
    "trigger": "the trigger of the lifecycle",
    "value": "the value of the attribute",
    "via": "the role or schedule through which the page found the person",
    "waits_until": "when the hours of the level begin",
    "was": "the value before",
}
"""What each name in the data of a line holds."""


def markdown() -> str:
    """The page: one table for each thing that lines are about, then the names in their data."""
    return (
        "# The lines of the timeline\n\n"
        "This page is generated from the table in `models/incident/timeline.py` (`make "
        "timeline-doc`); a test keeps the two equal.\n\n"
        "Each line of an incident's timeline has a `kind`: a thing, a dot, and what happened to "
        "it. Logs, queries and reports use the same strings, and they never change. `data` may "
        "have the names in the third column; [the last table](#data) explains them. A name "
        "is missing if it has no value. If a command wrote the line, `data` may also have "
        f"{', '.join(f'`{name}`' for name in SAID)}: the person's words, if they do not fit into "
        "the summary.\n\n"
        + "\n\n".join(
            _section(thing, list(kinds)) for thing, kinds in groupby(_sorted(), subject_of)
        )
        + "\n\n## Data\n\n| name | meaning |\n|---|---|\n"
        + "".join(f"| `{name}` | {holds} |\n" for name, holds in NAMES.items())
    )


def _sorted() -> list[EntryKind]:
    """Things in the order of their first kinds, the kinds of each as they stand."""
    things = list(dict.fromkeys(subject_of(kind) for kind in EntryKind))
    return sorted(EntryKind, key=lambda kind: things.index(subject_of(kind)))


def _section(thing: str, kinds: list[EntryKind]) -> str:
    rows = [
        f"| `{kind}` | {kind.meaning} | {', '.join(f'`{name}`' for name in kind.data)} |"
        for kind in kinds
    ]
    head = f"## {thing.replace('_', ' ').capitalize()}"
    return "\n".join((head, "", "| kind | meaning | data |", "|---|---|---|", *rows))
