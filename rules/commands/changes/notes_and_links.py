"""Notes on the timeline, and links to other incidents or to anything else."""

from models.command import AddNoteCommand, LinkCommand
from models.incident.record import Link
from models.incident.timeline import EntryKind
from rules.record.decision import Case, Outcome
from rules.record.timeline import SUMMARY_BOUND


def add_note(case: Case, command: AddNoteCommand) -> Outcome:
    """Write a line on the timeline; its data has the whole text if the line is too short for it."""
    summary = f"note: {command.text}"
    whole = {"text": command.text} if len(summary) > SUMMARY_BOUND else {}
    return case.done(EntryKind.NOTE_ADDED, summary, change={}, **whole)


def link(case: Case, command: LinkCommand) -> Outcome:
    """Link the incident to another one or to anything else."""
    linked = Link(relation=command.relation, target=command.target)
    change = {"links": (*case.incident.links, linked)}
    return case.done(EntryKind.LINK_ADDED, f"{command.relation} {command.target}", change=change)
