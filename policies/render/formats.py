"""A document as Markdown or as a page of HTML. Its texts stay texts, whatever they contain."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from models.readable import in_a_cell
from policies.reading.loaded import LoadedPolicy
from policies.render.contents import document_of
from policies.render.writing.chart import chart
from policies.render.writing.plain_names import speaking
from rules.wording.markdown import plain, within
from states.diagram import mermaid

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATES = Path(__file__).parents[1] / "templates"


class DocumentFormat(StrEnum):
    """The formats of a document."""

    MARKDOWN = "markdown"
    HTML = "html"


_FILES = {DocumentFormat.MARKDOWN: "document.md.j2", DocumentFormat.HTML: "document.html.j2"}


@cache
def _environment() -> "ImmutableSandboxedEnvironment":
    from jinja2 import FileSystemLoader, StrictUndefined  # noqa: PLC0415 - a check needs no template
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name) and str(name).endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = plain
    environment.filters["within"] = within
    environment.filters["line"] = in_a_cell
    return environment


def rendered(loaded: LoadedPolicy, form: DocumentFormat) -> str:
    """The Incident Management document of a policy, the same for the same file.

    Raises PolicyTooLarge.
    """
    from markupsafe import Markup  # noqa: PLC0415 - a check needs no template

    template = _environment().get_template(_FILES[form])
    return template.render(
        document=document_of(loaded),
        mermaid=speaking(())(mermaid()),
        chart=Markup(chart()),  # noqa: S704 - drawn of our own table
    )
