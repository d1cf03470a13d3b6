"""The first section: what guides the team."""

from policies.render.document import Blocks, Heading, Paragraph, bullets
from policies.render.view import View

NOT_SAID = "The policy does not say."


def section(view: View) -> Blocks:
    """The framework that is followed, and the guidelines."""
    principles = view.policy.principles
    yield Paragraph(principles.framework if principles else NOT_SAID)
    yield Heading("Guidelines")
    guidelines = principles.guidelines if principles else ()
    yield bullets(guidelines, "The policy names none.")
