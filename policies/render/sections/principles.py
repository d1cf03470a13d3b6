"""The first section: what guides the team."""

from policies.render.writing.document import Block, Blocks, Heading, Paragraph, bullets
from policies.render.writing.view import View


def section(view: View) -> Blocks:
    """The framework that the team follows, and the guidelines."""
    yield framework(view)
    yield Heading("Guidelines")
    yield guidelines(view)


def framework(view: View) -> Block:
    """The framework."""
    said = view.policy.principles
    return Paragraph((said and said.framework) or view.nothing("principles.framework"))


def guidelines(view: View) -> Block:
    """The guidelines."""
    said = view.policy.principles
    return bullets(said.guidelines if said else (), view.nothing("principles.guidelines"))
