"""What a stranger wrote is text in a page, and steers nothing around it."""

from html.parser import HTMLParser

from hypothesis import given

from tests.foreign_texts import FOREIGN
from web.pages.rendering import Pages


class Tags(HTMLParser):
    """The tags of a page, with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[object] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Keep a tag."""
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.text += data


def page(text: str) -> Tags:
    """A page that says something foreign."""
    rendered = Pages("").render("note.html", heading=text, lines=[text, text])
    return Tags(bytes(rendered.body).decode())


@given(FOREIGN)
def test_a_text_adds_no_tag_and_no_character_that_steers_others(text: str) -> None:
    """Neither in a heading nor in a line; the order of reading stays ours, too."""
    found = page(text)
    assert found.tags == page("x").tags
    assert set(found.text).isdisjoint("\x00\x1b\u202e\u2066\u200b")
