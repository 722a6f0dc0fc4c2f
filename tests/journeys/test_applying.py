"""From an application to an agreement, and a check-in from the question to the signature."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.journeys.signing_in import confirm
from tests.running import RunningInstallation

ANSWERS = {
    "Legal name and country": "Willow Notes Ltd., Ireland",
    "What you do": "note taking",
    "Services and domains": "Willow Notes: willow.example",
    "How many people work on trust and safety": "4",
    "Contact for urgent matters": "urgent@willow.example",
    "Contact for information security": "security@willow.example",
    "Your published standard against child sexual exploitation": "https://willow.example/rules",
    "How a user can appeal": "https://willow.example/appeals",
    "Who reviews, and how many": "Four people in two shifts, trained for four weeks, with regular breaks.",
    "How you treat requests from governments": "https://willow.example/government",
    "How people report to you, and how you report": "https://willow.example/report",
}

WILLOW = "Willow Notes"
CALM: dict[str, Any] = {"reduced_motion": "reduce"}


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A signed file."""
    path = tmp_path / "signed.pdf"
    path.write_bytes(b"%PDF-1.4 signed")
    return path


def test_an_application_is_handed_in_and_worked_by_staff(
    visit: Visit, lantern: RunningInstallation, signed: Path
) -> None:
    """All of it without JavaScript."""
    hand_in(visit, WILLOW)
    staff = visit("sam@coalition.example", java_script_enabled=False)
    confirm(staff, lantern.code("sam@coalition.example"))
    work(staff, signed, WILLOW)


def hand_in(visit: Visit, company: str) -> None:
    """Begin, save, come back by the link, hand in."""
    applicant = visit(java_script_enabled=False)
    applicant.goto("/participants/")
    applicant.get_by_role("link", name="Apply to take part").click()
    applicant.get_by_label("Your name").fill("Noor")
    applicant.get_by_label("Your work e-mail address").fill("noor@willow.example")
    applicant.get_by_role("button", name="Begin the application").click()
    link = applicant.locator("code").inner_text()
    applicant.get_by_role("link", name="Go on to the questions").click()
    applicant.get_by_label("Company", exact=True).fill(company)
    applicant.get_by_role("button", name="Save the draft").click()
    expect(applicant.get_by_text("Saved.")).to_be_visible()
    again = visit(java_script_enabled=False)
    again.goto(link)
    expect(again.get_by_label("Company", exact=True)).to_have_value(company)
    again.get_by_role("button", name="Hand the application in").click()
    expect(again.get_by_role("alert")).to_contain_text("Your answers are kept")
    for label, value in {"Company": company, **ANSWERS}.items():
        again.get_by_label(label, exact=True).fill(value)
    again.get_by_role("button", name="Hand the application in").click()
    expect(again.get_by_role("heading", name="Your application has arrived")).to_be_visible()


def work(staff: Page, signed: Path, company: str) -> None:
    """Review, accept, send the agreement out, take it in, begin training; it cannot be activated yet."""
    staff.goto("/admin/participants/participant/")
    staff.get_by_role("link", name=company).click()
    staff.get_by_role("button", name="Begin the review").click()
    staff.get_by_role("button", name="Send the agreement out").click()
    expect(staff.locator(".messagelist")).to_contain_text("Accept the answer about")
    for number in range(5):
        staff.get_by_role("button", name="Accept the answer").nth(number).click()
    staff.get_by_role("button", name="Send the agreement out").click()
    staff.get_by_text("Add a signed version").click()
    staff.get_by_label("Signed by").fill("Noor Willow")
    staff.get_by_label("As:", exact=True).fill("Director")
    staff.get_by_label("Signed on").fill("2026-01-02")
    staff.get_by_label("Signed file").set_input_files(signed)
    staff.get_by_role("button", name="Keep this version").click()
    staff.get_by_role("button", name="Begin training").click()
    expect(staff.locator(".desk").first).to_contain_text("Invite somebody as its admin.")
    staff.get_by_role("button", name="Activate").click()
    expect(staff.locator(".desk").first).to_contain_text("It is in training")


def test_a_check_in_is_answered_and_signed_off(visit: Visit) -> None:
    kim = visit("kim@northwind.example")
    kim.goto("/participant/check-ins/")
    kim.locator("tbody").get_by_role("link", name="Check-in").first.click()
    kim.get_by_label("Who reviews signals now").fill("Two analysts and a lead.")
    kim.get_by_label("Evidence of human review").fill("Forty actions looked at again; each had a decision.")
    for label in ("Appeals upheld", "Appeals reversed"):
        kim.get_by_label(label).fill("1")
    for label in ("Government requests received", "Government requests challenged"):
        kim.get_by_label(label).fill("0")
    kim.get_by_role("button", name="Answer the check-in").click()
    expect(kim.get_by_text("Answered. The coalition reads it and signs it off.")).to_be_visible()
    staff = visit("sam@coalition.example")
    staff.goto("/admin/participants/checkin/?stands=waiting&q=Northwind&kind__exact=check_in")
    staff.locator("#result_list tbody a").first.click()
    staff.get_by_role("button", name="Sign it off").click()
    expect(staff.get_by_text("Signed off.")).to_be_visible()


def test_the_pages_of_the_life_cycle_are_clean(visit: Visit) -> None:
    public = visit(**CALM)
    for url in ("/participants/", "/participants/apply/", "/governance/"):
        public.goto(url)
        assert examine(public) == []
    public.goto("/participants/apply/")
    public.get_by_label("Your name").fill("Noor")
    public.get_by_label("Your work e-mail address").fill("noor@elm.example")
    public.get_by_role("button", name="Begin the application").click()
    assert examine(public) == []
    public.goto("/participants/apply/draft/")
    assert examine(public) == []
    public.get_by_role("button", name="Hand the application in").click()
    assert examine(public) == []
    kim = visit("kim@harbor.example", **CALM)
    kim.goto("/participant/check-ins/")
    assert examine(kim) == []
    kim.locator("tbody").get_by_role("link", name="Check-in").first.click()
    assert examine(kim) == []
    staff = visit("sam@coalition.example", **CALM)
    staff.goto("/admin/participants/participant/?q=Fernlight")
    staff.locator("#result_list tbody a").first.click()
    assert examine(staff) == []
    staff.get_by_role("link", name="End its participation").click()
    assert examine(staff) == []
    staff.goto("/admin/participants/checkin/")
    assert examine(staff) == []
    staff.locator("#result_list tbody a").first.click()
    assert examine(staff) == []
