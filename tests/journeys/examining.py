"""Looking a page over: what axe finds on it, and whether it fits its window."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.pages import examined

WIDTHS = (360, 800, 1440)  # pixels: a phone, half a screen, a screen
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def examine(page: Page) -> list[str]:
    """Everything that is wrong with the page as it stands: WCAG 2.2 A and AA by axe, and what leaves the window."""
    examined.add(page)
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for violation in Axe().run(page, options=RULES).response["violations"]:
            places = "; ".join(str(node["html"])[:160] for node in violation["nodes"][:3])
            wrong.append(f"{page.url} at {width}: {violation['id']}: {places}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong.append(f"{page.url} at {width}: {wide} pixels wider than the window")
    return wrong
