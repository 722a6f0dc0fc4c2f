"""Links made harmless for mail and chat, and made whole again."""

import re

_MARK = re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}", re.IGNORECASE)
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
    defanged the link; tools that do so replace every dot of it.
    """
    link = _LINK.match(text)
    if link is None or not _is_defanged(link):
        return text
    slashes = "//" if link["colon"] == "[://]" else link["slashes"]
    return f"http{link['s']}:{slashes}" + _MARK.sub(".", text[link.start("host") :])


def _is_defanged(link: re.Match[str]) -> bool:
    return link["http"].lower() != "http" or link["colon"] != ":" or bool(_MARK.search(link["host"]))


def defang_domain(host: str) -> str:
    """A host that no program takes for a link."""
    return host.replace(".", "[.]")


def defang_url(url: str) -> str:
    """A normal http or https URL that no program takes for a link; `refang_url` undoes it."""
    return "hxxp" + url.removeprefix("http").replace(".", "[.]")
