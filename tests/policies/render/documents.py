"""Documents of policies that tests write."""

from functools import cache
from pathlib import Path

from policies.check import problems_of
from policies.compiling.policy import content_hash
from policies.reading.load import parse_policy
from policies.reading.loaded import LoadedPolicy
from policies.reading.problems import errors_of
from policies.render.contents import document_of
from policies.render.writing.document import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    PolicyDocument,
    Table,
)
from policies.render.writing.view import View

ROOT = Path(__file__).parents[3]
DEFAULT = (ROOT / "policies" / "default.yaml").read_text(encoding="utf-8")


@cache
def loaded(text: str) -> LoadedPolicy:
    """The policy of a text, loaded as if from a file."""
    read = parse_policy(text.encode(), "test.yaml")
    found = problems_of(read)
    assert read.policy is not None, "\n".join(map(str, found))
    assert [p for p in errors_of(found) if "is a placeholder" not in p.what] == []
    return LoadedPolicy(
        read.policy, content_hash(read.source), read.source, found, read.read_values
    )


def view(text: str) -> View:
    """The view from which the document of a policy text is made."""
    policy = loaded(text)
    return View.of(policy.policy, policy.policy_hash)


@cache
def document(text: str) -> PolicyDocument:
    """The document of a policy text."""
    return document_of(loaded(text))


def texts_of(block: Block) -> tuple[str, ...]:
    """Every text of a block, in order."""
    match block:
        case Paragraph(text=text) | Heading(text=text):
            return (text,)
        case Bullets(items=items):
            return items
        case Table(head=head, rows=rows):
            return (*head, *(cell for row in rows for cell in row))
        case _:
            return ()


def texts(given: PolicyDocument) -> tuple[str, ...]:
    """Every text of a document except those that identify it."""
    blocks = (block for section in given.sections for block in section.blocks)
    return tuple(text for block in blocks for text in texts_of(block))


def under(given: PolicyDocument, title: str) -> tuple[Block, ...]:
    """The blocks below a heading, until the next heading; or those of a whole section."""
    for section in given.sections:
        if section.title == title:
            return section.blocks
        found: list[Block] | None = None
        for block in section.blocks:
            if isinstance(block, Heading):
                if found is not None:
                    return tuple(found)
                found = [] if block.text == title else None
            elif found is not None:
                found.append(block)
        if found is not None:
            return tuple(found)
    raise AssertionError(f"nothing is called {title}")


def rows(given: PolicyDocument, title: str) -> tuple[tuple[str, ...], ...]:
    """The rows of the first table below a heading."""
    return next(block.rows for block in under(given, title) if isinstance(block, Table))


def said(given: PolicyDocument, title: str) -> tuple[str, ...]:
    """Every text below a heading."""
    return tuple(text for block in under(given, title) for text in texts_of(block))
