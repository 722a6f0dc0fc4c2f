"""Looking a page over: what axe finds on it, and whether it fits its window."""

from collections.abc import Mapping, Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.pages import examined

WIDTHS = (360, 800, 1440)  # pixels: a phone, half a screen, a screen
QUICKLY = {"resultTypes": ["violations"]}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, **QUICKLY}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **QUICKLY}


def examine(page: Page, widths: Sequence[int] = WIDTHS) -> list[str]:
    """Everything that is wrong with the page as it stands, at each width in both themes.

    WCAG 2.2 A and AA by axe, and what leaves the window. Themes differ in colours alone, so the dark one is asked for
    its contrasts.
    """
    examined.add(page)
    page.once("framenavigated", lambda _: examined.discard(page))
    size = page.viewport_size
    wrong = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong.append(f"{page.url} at {width}: {wide} pixels wider than the window")
        # Without motion: a colour that is still fading is no colour of the page.
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        wrong += _violations(page, RULES, f"at {width}")
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        wrong += _violations(page, CONTRAST, f"at {width} in the dark theme")
    if size:
        page.set_viewport_size(size)
    return wrong


def _violations(page: Page, rules: Mapping[str, object], where: str) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = []
    for violation in page.evaluate("rules => axe.run(rules).then(results => results.violations)", rules):
        places = "; ".join(str(node["html"])[:160] for node in violation["nodes"][:3])
        found.append(f"{page.url} {where}: {violation['id']}: {places}")
    return found
