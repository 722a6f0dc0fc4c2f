"""Links made harmless for mail and chat, and made whole again."""

import re

_MARK = re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}", re.IGNORECASE)
_WORDS = re.compile(r"\[dot\]|\(dot\)|\{dot\}", re.IGNORECASE)
_DOUBLED = re.compile(rf"(?P<own>\[\[dot\]\]|\(\(dot\)\)|\{{\{{dot\}}\}})|{_MARK.pattern}", re.IGNORECASE)
"""Marks, and words for a dot that are the link's own, which `defang_url` writes in double brackets."""

_LINK = re.compile(
    r"(?P<http>h(?:xx|tt|\*\*)p)(?P<s>s?)(?P<colon>:|\[:\](?=//)|\[://\])(?P<slashes>[/\\]*)(?P<host>[^/\\?#]*)",
    re.IGNORECASE,
)


def refang_domain(text: str) -> str:
    """A domain name with real dots."""
    return _MARK.sub(".", text)


def refang_url(text: str) -> str:
    """A URL with its scheme and its dots.

    A path may rightly hold `[.]`, so the dots of the whole are mended only where scheme or host show that somebody
    defanged the link; tools that do so replace every dot of it. A word in double brackets, `((dot))`, is `(dot)`.
    """
    link = _LINK.match(text)
    if link is None or not _is_defanged(link):
        return text
    slashes = "//" if link["colon"] == "[://]" else link["slashes"]
    rest = _DOUBLED.sub(lambda mark: mark["own"][1:-1] if mark["own"] else ".", text[link.start("host") :])
    return f"http{link['s']}:{slashes}{rest}"


def _is_defanged(link: re.Match[str]) -> bool:
    return link["http"].lower() != "http" or link["colon"] != ":" or bool(_MARK.search(link["host"]))


def defang_domain(host: str) -> str:
    """A host that no program takes for a link."""
    return host.replace(".", "[.]")


def defang_url(url: str) -> str:
    """A normal http or https URL that no program takes for a link; `refang_url` undoes it.

    A `[.]` of its own needs no care: it is shown as `[[.]]`, in which `[.]` is undone.
    """
    doubled = _WORDS.sub(lambda word: f"{word[0][0]}{word[0]}{word[0][-1]}", url.removeprefix("http"))
    return "hxxp" + doubled.replace(".", "[.]")
