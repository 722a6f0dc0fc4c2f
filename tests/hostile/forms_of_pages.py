"""The forms that pages show: where they are sent, and with which names and offered values."""

from collections import defaultdict
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

Fields = dict[str, list[str]]


class FormsOfPage(HTMLParser):
    """`posted` and `asked`: the fields of each form by the path it goes to; links count as forms that are asked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.posted: dict[str, Fields] = defaultdict(dict)
        self.asked: dict[str, Fields] = defaultdict(dict)
        self.files: set[str] = set()
        self.links: set[str] = set()
        self._form: Fields = {}
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Forms, what is in them, and links."""
        said = {name: text or "" for name, text in attributes}
        name = said.get("name", "")
        if tag == "form":
            sent = self.posted if said.get("method", "").lower() == "post" else self.asked
            self._form = sent[self._path(said.get("action", ""))]
        elif tag == "a":
            self._link(said.get("href", ""))
        elif tag in {"input", "textarea", "button"} and name:
            self._form.setdefault(name, []).append(said.get("value", ""))
            self.files |= {name} if said.get("type") == "file" else set()
        elif tag == "select" and name:
            self._select = name
            self._form.setdefault(name, [])
        elif tag == "option" and self._select:
            self._form[self._select].append(said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """What stands outside of forms belongs to none."""
        if tag == "form":
            self._form = {}
        if tag == "select":
            self._select = ""

    def _link(self, target: str) -> None:
        path, query = self._path(target), urlsplit(target).query
        self.links |= {path} - {""}
        for name, text in parse_qsl(query) if path else []:
            self.asked[path].setdefault(name, []).append(text)

    def _path(self, target: str) -> str:
        whole = urlsplit(urljoin(f"http://page{self.page}", target))
        return whole.path if whole.netloc == "page" else ""


def forms_of(page: str, content: str) -> FormsOfPage:
    """The forms of one page."""
    parser = FormsOfPage(page)
    parser.feed(content)
    return parser
