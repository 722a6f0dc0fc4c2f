"""From a file to the public figures: one company shares, another decides, everybody can count it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.intake_file import IntakeFile, intake_file
from tests.journeys.conftest import Visit
from tests.journeys.pages import (
    act,
    csv_figures,
    dismiss,
    exact_figures,
    five_numbers,
    headline,
    number_in,
    start_reviewing,
    upload,
)
from tests.journeys.signing_in import sign_in
from tests.running import RunningInstallation

ROWS = 400
LABELS = {
    "New": "new",
    "Corroborated": "corroborated",
    "Already yours": "already_yours",
    "Duplicate in the file": "duplicate",
    "Rejected": "rejected",
}


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_a_file_to_the_public_figures(
    visit: Visit, lantern: RunningInstallation, tmp_path: Path, javascript: bool
) -> None:
    name = "ana" if javascript else "ben"
    file = intake_file(ROWS, first=0 if javascript else 500_000)
    year = datetime.now(UTC).year
    public, staff = visit(), visit("sam@coalition.example")
    before = exact_figures(staff, year)

    northwind = visit(java_script_enabled=javascript)
    sign_in(northwind, f"{name}@northwind.example", lantern.code(f"{name}@northwind.example"))
    share_file(northwind, file, tmp_path / f"{name}.csv")

    harbor = visit(java_script_enabled=javascript)
    sign_in(harbor, f"{name}@harbor.example", lantern.code(f"{name}@harbor.example"))
    decide_two(harbor)

    change = {"Signals shared": file.counts["new"], "Reviews decided": 2, "Accounts disabled": 2}
    change["Pieces of content removed"] = 1
    after = exact_figures(staff, year)
    assert {label: number_in(after[label]) - number_in(before[label]) for label in change} == change
    if javascript:
        assert {before[label] for label in change} == {"0"}
    told, told_in_csv = headline(public, year), csv_figures(public, year)
    assert change.keys() <= told.keys()
    # Of a year that is not over the public is told no number that could be traced to two companies.
    assert {told[label] for label in change} <= {"<11", "withheld"}
    assert {label: told_in_csv[label] for label in told} == told


def share_file(page: Page, file: IntakeFile, path: Path) -> None:
    """Upload it, see the check finish and its numbers, share the good rows and see that finish."""
    path.write_bytes(file.content)
    upload(page, path)
    see_finish(page, page.get_by_role("heading", name="What is in the file"))
    expect(page.get_by_text(f"{ROWS} rows read")).to_be_visible()
    numbers = five_numbers(page)
    assert numbers == {label: file.counts[name] for label, name in LABELS.items()}
    assert sum(numbers.values()) == ROWS
    see_errors(page, file)
    page.get_by_role("button", name=f"Share {file.counts['new']} signals").click()
    see_finish(page, page.get_by_role("heading", name="What became of the rows"))
    expect(page.get_by_text(f"{file.counts['new']} signals became visible to 5 other companies")).to_be_visible()
    assert five_numbers(page) == numbers


def see_finish(page: Page, sign: Locator) -> None:
    """Wait for the sign that a worker is done; without JavaScript by asking, as the page offers."""
    for _ in range(200):
        refresh = page.get_by_role("link", name="See how far it is")
        if sign.is_visible() or not refresh.is_visible():
            break
        if page.evaluate("typeof htmx") == "undefined":
            refresh.click()
        else:
            sign.wait_for()
    expect(sign).to_be_visible()


def see_errors(page: Page, file: IntakeFile) -> None:
    """Each cause once, with its count; the rows to fix come as a file."""
    for code, count in file.counts["errors"].items():
        cause = page.get_by_role("listitem").filter(has=page.get_by_text(code, exact=True))
        expect(cause.get_by_role("heading")).to_contain_text(f"{count} row{'' if count == 1 else 's'}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all rows to fix").click()
    header = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()[0]
    assert header.startswith("kind,value,service,")
    assert header.endswith("_row,_column,_code,_problem,_how_to_fix")


def decide_two(page: Page) -> None:
    """Start from the first page; the one leads to something, the next one does not."""
    start_reviewing(page)
    masked = page.locator("[data-value]").inner_text()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-value]")).not_to_have_text(masked)
    act(page, policy="Minor safety 2.4", accounts_disabled=2, content_removed=1)
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    dismiss(page, why="No violation found")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()
    expect(page.get_by_text("Dismissed: no violation found")).to_be_visible()


def test_staff_see_both_companies(visit: Visit) -> None:
    page = visit("sam@coalition.example")
    page.goto("/admin/participants/participant/")
    for name, sector in (("Northwind Social", "social network"), ("Harbor Chat", "messaging")):
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name))
        expect(row).to_contain_text(sector)
        expect(row).to_contain_text("active")
