"""Markdown and HTML have the same texts, whatever they contain, and load nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from models.readable import in_a_cell
from policies.checks.placeholders import placeholders
from policies.reading.shape import keys_at
from policies.render.contents import document_of
from policies.render.formats import DocumentFormat, rendered
from policies.render.writing.document import PolicyDocument
from policies.render.writing.plain_names import speaking
from states.diagram import mermaid
from states.lifecycle import TRANSITIONS, State
from tests.examples import examples
from tests.policies.render.documents import DEFAULT, ROOT, document, loaded, texts
from tests.policies.written import LEAST

EVIL = (
    "<script>alert(1)</script> <img src=x onerror=y> [a](http://b) **c** | d `e` # \u202e\x1b[31m"
    " &amp; &lt; {{ 7 * 7 }} ![i](j) ~~k~~ \n## l\n- m #"
)


class Page(HTMLParser):
    """The texts of a page in order, and every element and attribute of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element that begins."""
        self.elements.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}
        self._inside.append(tag)
        if tag in {"p", "h3", "li", "th", "td"}:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        """Notes an element that ends."""
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Notes text within an element."""
        if {"p", "h3", "li", "th", "td"} & set(self._inside):
            self.cells[-1] += data


def evil_policy(text: str) -> str:
    """A policy whose author writes `text` in every place for free text."""
    quoted = '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'
    named = quoted.replace('"', '"Policy ', 1)
    least = LEAST.replace("policy: Least", f"policy: {named}")
    return (
        least.replace("means: bad", f"means: {quoted}")
        + f"principles: {{ framework: {quoted}, guidelines: [{quoted}] }}\n"
        f"roles: {{ lead: {{ duties: [{quoted}] }} }}\n"
        f"reporting: {{ tools: {{ tracker: {quoted} }} }}\n"
        f"steps: {{ diagnosis: [{{ id: look, do: {quoted}, by: lead }}] }}\n"
        f"record: {{ stored_in: {quoted} }}\n"
    )


def markdown_texts(markdown: str) -> list[str]:
    """What a reader of the Markdown sees, block by block."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    return [
        "".join(child.content for child in token.children or ())
        for token in tokens
        if token.type == "inline"
    ]


def expected(given: PolicyDocument) -> list[str]:
    """Every text of a document as it may be shown, each on its own line."""
    return [shown for text in texts(given) if (shown := in_a_cell(text))]


def test_the_example_in_the_documentation_is_the_current_document_of_the_default_policy() -> None:
    """`make policy-docs` writes it; run it after changing the policy or the document."""
    example = (ROOT / "docs" / "example-policy.md").read_text(encoding="utf-8")
    assert rendered(loaded(DEFAULT), DocumentFormat.MARKDOWN) == example


@pytest.mark.parametrize(
    "path", sorted((ROOT / "policies").rglob("*.yaml")), ids=lambda path: path.stem
)
def test_every_policy_of_the_repository_reads_the_same_in_both_formats(path: Path) -> None:
    """HTML shows block by block what Markdown shows."""
    policy = loaded(path.read_text(encoding="utf-8"))
    wanted = expected(document_of(policy))
    markdown = markdown_texts(rendered(policy, DocumentFormat.MARKDOWN).partition("\n## ")[2])
    page = Page(rendered(policy, DocumentFormat.HTML).partition("<main>")[2]).cells
    assert [line for line in markdown if line in set(wanted)] == wanted
    assert [line for line in page if line in set(wanted)] == wanted


def test_markdown_shows_every_text_as_its_author_wrote_it() -> None:
    """No text is markup: not in a title, a cell, a list or a sentence."""
    text = evil_policy(EVIL)
    shown = markdown_texts(rendered(loaded(text), DocumentFormat.MARKDOWN))
    wanted = expected(document(text))
    assert [line for line in shown if line in set(wanted)] == wanted
    assert shown[0] == f"Incident Management: Policy {in_a_cell(EVIL)}"
    assert "\u202e" not in "".join(shown)


def test_html_shows_every_text_as_its_author_wrote_it() -> None:
    """The page has no other elements, addresses and styles than its own."""
    text = evil_policy(EVIL)
    html = rendered(loaded(text), DocumentFormat.HTML)
    page, usual = Page(html), Page(rendered(loaded(DEFAULT), DocumentFormat.HTML))
    wanted = [" ".join(line.split()) for line in expected(document(text))]
    shown = [" ".join(cell.split()) for cell in page.cells]
    assert [line for line in shown if line in set(wanted)] == wanted
    assert page.elements <= usual.elements
    assert not {"script", "link", "img", "iframe"} & usual.elements
    assert not {"\u202e", "\x1b"} & set(html)


def test_the_page_loads_nothing() -> None:
    """It can be sent, stored and printed as it is; all its addresses lead to itself."""
    html = rendered(loaded(DEFAULT), DocumentFormat.HTML)
    addresses = {v for name, v in Page(html).attributes if name in {"src", "href", "action"}}
    assert all(address.startswith("#section-") for address in addresses)
    assert "url(" not in html
    assert "@import" not in html
    assert "://" not in html


@examples(25)
@given(
    st.text(min_size=1, max_size=40)
    .filter(in_a_cell)
    .filter(lambda text: not list(placeholders(text)))
)
def test_no_text_changes_the_structure_of_a_document(text: str) -> None:
    """The document has as many blocks and elements as without the text.

    A placeholder is left out here: the document names it as a gap.
    """
    policy = loaded(evil_policy(text.replace("\x00", "?").encode("utf-8", "replace").decode()))
    plain = loaded(evil_policy("words"))
    shown = markdown_texts(rendered(policy, DocumentFormat.MARKDOWN))
    assert len(shown) == len(markdown_texts(rendered(plain, DocumentFormat.MARKDOWN)))
    page, usual = (
        Page(rendered(policy, DocumentFormat.HTML)),
        Page(rendered(plain, DocumentFormat.HTML)),
    )
    assert len(page.cells) == len(usual.cells)
    assert page.elements == usual.elements


def test_both_formats_draw_the_lifecycle() -> None:
    """Markdown has Mermaid; HTML has a drawing with a line per trigger and a column per state."""
    assert f"```mermaid\n{speaking(())(mermaid())}```" in rendered(
        loaded(DEFAULT), DocumentFormat.MARKDOWN
    )
    svg = re.search(r"<svg.*?</svg>", rendered(loaded(DEFAULT), DocumentFormat.HTML))
    assert svg is not None
    words = re.findall(r"<text[^>]*>([^<]*)</text>", svg[0])
    names = (*State, *(row.trigger for row in TRANSITIONS))
    assert words == [name.replace("_", " ").capitalize() for name in names]
    assert svg[0].count("<circle") == sum(len(row.sources) for row in TRANSITIONS)


def test_the_document_uses_every_section_of_the_language() -> None:
    """It shows each non-empty key of the default policy, or its head does."""
    told = " ".join(texts(document(DEFAULT))).lower()
    policy = loaded(DEFAULT).policy
    names = [
        name
        for section in keys_at(())
        if isinstance(found := getattr(policy, section), dict)
        for name in found
    ]
    assert [name for name in names if name.lower().replace("_", " ") not in told] == []


def test_anything_wider_than_a_phone_scrolls_by_itself() -> None:
    """That is the drawing and every table. The page never scrolls sideways."""
    html = rendered(loaded(DEFAULT), DocumentFormat.HTML)
    assert html.count("<svg") == html.count('<div class="wide"><svg') == 1
    tables = html.count("<table>")
    assert tables == html.count('<div class="wide"><table>') > 10
    [facts] = re.findall(r"table\.facts td \{[^}]*\}", html)
    assert "overflow-wrap: anywhere" in facts
