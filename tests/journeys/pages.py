"""What people do on the pages, in their words."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, expect

REPORT_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', e => console.error('violation: ' + e.violatedDirective))"
)


# Pages that are being examined, until they open the next: axe puts styles of its own into them, which the policy
# refuses.
examined: set[Page] = set()


def watch(page: Page, complaints: list[str]) -> Page:
    """The same page; whatever its browser complains of from now on is added to `complaints`."""

    def note(message: ConsoleMessage) -> None:
        # A refused form answers 409 or 422, which Chromium reports although the page is as it should be.
        meant = re.search(r"status of 4(04|09|22)", message.text)
        if message.type == "error" and not meant and page not in examined:
            complaints.append(f"{page.url}: {message.text}")

    page.add_init_script(REPORT_VIOLATIONS)
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    return page


def upload(page: Page, file: Path) -> None:
    """From the list of uploads to the page of a new one."""
    page.goto("/signals/uploads/")
    page.get_by_role("link", name="Upload a file").first.click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name=file.name)).to_be_visible()


def five_numbers(page: Page) -> dict[str, int]:
    """The five outcomes as the page of an upload shows them."""
    labels = page.locator(".stack__legend dt").all_inner_texts()
    numbers = page.locator(".stack__legend dd").all_inner_texts()
    return {label.strip(): number_in(text) for label, text in zip(labels, numbers, strict=True)}


def number_in(text: str) -> int:
    """The number in a text, without its thousands' commas."""
    found = re.search(r"\d[\d,]*", text)
    assert found, text
    return int(found[0].replace(",", ""))


def exact_figures(page: Page, year: int) -> dict[str, str]:
    """The figures of a year so far, by label, as staff see them: every number."""
    page.goto(f"/admin/transparency/reportedfigure/year/{year}/")
    rows = page.get_by_role("table").last.locator("tbody tr")
    labels = rows.locator("th").all_inner_texts()
    return dict(zip(map(str.strip, labels), rows.locator("td:nth-of-type(1)").all_inner_texts(), strict=True))


def headline(page: Page, year: int) -> dict[str, str]:
    """The headline figures of a year's public page, by label: numbers, or what stands where one is not told."""
    page.goto(f"/transparency/{year}/")
    labels = page.locator(".headline dt").all_inner_texts()
    values = page.locator(".headline__value").all_inner_texts()
    units = page.locator(".headline__unit").all_inner_texts()
    told = [value.strip().removesuffix(unit.strip()).strip() for value, unit in zip(values, units, strict=True)]
    return dict(zip(map(str.strip, labels), told, strict=True))


def csv_figures(page: Page, year: int) -> dict[str, str]:
    """The total figures of a year's CSV, by indicator, asked for as the page's own visitor."""
    answer = page.request.get(f"/transparency/{year}/report.csv")
    assert answer.ok
    rows = csv.DictReader(io.StringIO(answer.text().lstrip("\ufeff")))
    return {row["Indicator"]: row["Value"] for row in rows if row["Scope"] == "Total"}


def start_reviewing(page: Page) -> None:
    """From the first page into the most urgent review."""
    page.goto("/")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Decide", exact=True)).to_be_visible()


def act(page: Page, *, policy: str, **counts: int) -> None:
    """Fill in what was done, by the name of its field."""
    page.get_by_role("radio", name="Actioned").check()
    for name, count in counts.items():
        page.locator(f"[name={name}]").fill(str(count))
    page.get_by_label("Policy it broke").fill(policy)


def dismiss(page: Page, *, why: str) -> None:
    """Fill in that it led to nothing."""
    page.get_by_role("radio", name="Dismissed").check()
    page.get_by_role("radio", name=why).check()
