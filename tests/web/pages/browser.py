"""A browser without JavaScript: it keeps cookies, follows links, and sends the forms of pages."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

import httpx2


@dataclass
class SentForm:
    """A form of a page: where it goes, and what it sends if nobody changes it."""

    method: str
    action: str
    fields: dict[str, str | list[str]]
    text: str = ""


class Forms(HTMLParser):
    """Finds the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[SentForm] = []
        self._open: SentForm | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what a form would send."""
        said = dict(attrs)
        if tag == "form":
            self._open = SentForm(said.get("method") or "get", said.get("action") or "", {})
            self.found.append(self._open)
        elif tag == "input" and self._open and said.get("type") == "hidden":
            self._open.fields[str(said["name"])] = said.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """The form ends."""
        if tag == "form":
            self._open = None


@dataclass
class Browser:
    """A browser of one person."""

    http: httpx2.AsyncClient

    async def opens(self, path: str) -> httpx2.Response:
        """Open a page, and go where it leads."""
        return await self.http.get(path, follow_redirects=True)

    async def sends(
        self, page: str, action: str, *, follow: bool = True, **fields: str | list[str]
    ) -> httpx2.Response:
        """Send the form of a page that goes to `action`, with what somebody fills in."""
        form = next((form for form in Forms(page).found if form.action == action), None)
        assert form, f"the page has no form for {action}"
        assert form.method == "post"
        given = {**form.fields, **fields}
        return await self.http.post(action, data=given, follow_redirects=follow)

    async def logs_in(self, name: str, token: str, to: str = "/login") -> httpx2.Response:
        """Log in; `to` is the page that asks for it."""
        page = await self.opens(to)
        return await self.sends(page.text, "/login", name=name, token=token)


def words(page: str) -> str:
    """What somebody reads on a page."""
    body = page.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
