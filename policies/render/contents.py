"""The whole document: six sections, the questions, and what is left open."""

from collections.abc import Callable, Iterator

from models.policy import Policy
from policies.reading.loaded import LoadedPolicy
from policies.reading.tree import path_words
from policies.render.questions import table as questions
from policies.render.sections import communication, principles, reporting, review, roles, timelines
from policies.render.writing.document import Block, Blocks, PolicyDocument, Section, table
from policies.render.writing.plain_names import names_of, speaking, spoken
from policies.render.writing.view import View

SECTIONS: tuple[tuple[str, Callable[[View], Blocks]], ...] = (
    ("1. Principles", principles.section),
    ("2. Reporting", reporting.section),
    ("3. Roles", roles.section),
    ("4. Resolution steps and timelines", timelines.section),
    ("5. Post-incident review and documentation", review.section),
    ("6. Communication", communication.section),
    ("Questions and answers", questions.section),
)


def document_of(loaded: LoadedPolicy) -> PolicyDocument:
    """The document of a policy. Raises PolicyTooLarge."""
    policy = loaded.policy
    view = View.of(policy, loaded.policy_hash, loaded.read_values)
    speak = speaking(names_of(view))
    sections = (spoken(Section(title, tuple(section(view))), speak) for title, section in SECTIONS)
    return PolicyDocument(
        title=f"Incident Management: {policy.policy}",
        facts=(
            ("Policy", policy.policy),
            ("Version", policy.version),
            ("In force from", policy.effective_from.isoformat()),
            ("Time zone", policy.time_zone),
            *_of_the_policy_itself(policy),
            ("SHA-256 of the policy file", loaded.policy_hash),
        ),
        sections=(
            *sections,
            Section("What this policy leaves unanswered", (_open(loaded),)),
            *_on_purpose(loaded),
        ),
    )


def _of_the_policy_itself(policy: Policy) -> Iterator[tuple[str, str]]:
    """Who keeps the policy, who approved it, and when its next review is, if it says so."""
    due = policy.next_review.isoformat() if policy.next_review else None
    said = (("Owner", policy.owner), ("Approved by", policy.approver), ("Next review", due))
    yield from ((name, value) for name, value in said if value)


def _on_purpose(loaded: LoadedPolicy) -> Iterator[Section]:
    """What the policy does without, and the gaps that it accepts, with the reasons."""
    without = [(path_words(s.loc), s.reason) for s in loaded.read_values.omissions if s.reason]
    accepted = loaded.policy.accepted.items()
    if without or accepted:
        rows = (*((path, f"none, because {why}") for path, why in without), *accepted)
        yield Section("What this policy does without", (table(("Where", "Why"), rows, ""),))


def _open(loaded: LoadedPolicy) -> Block:
    """Everything that checking the policy warns of."""
    return table(
        ("Where", "What is open", "What to do"),
        (
            (problem.where or "the policy", problem.what, problem.instead)
            for problem in loaded.warnings
        ),
        "Nothing: the policy answers every question, and checking it finds no gap.",
    )
