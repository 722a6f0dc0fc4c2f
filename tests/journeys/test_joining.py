"""From an application to the first signal read, each step taken by whoever takes it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from participants.training_modules import MODULES
from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.journeys.signing_in import confirm, first_factor
from tests.journeys.test_applying import hand_in, signed, work
from tests.running import RunningInstallation

__all__ = ["signed"]
COMPANY = "Birch Pages"
LETTER = f"{COMPANY} invites you to Lantern"


@pytest.mark.usefixtures("something_to_review")
def test_from_an_application_to_the_first_signal_read(visit: Visit, lantern: RunningInstallation, signed: Path) -> None:
    hand_in(visit, COMPANY)
    staff = visit("sam@coalition.example")
    confirm(staff, lantern.code("sam@coalition.example"))
    work(staff, signed, COMPANY)
    invite_first_admin(staff, "ida@birch.example")
    ida = visit()
    join(ida, "ida@birch.example", name="Ida")
    see_nothing_yet(ida)
    wrong = invite(ida, "finn@birch.example")
    finn = visit()
    join(finn, "finn@birch.example", name="Finn")
    for newcomer in (ida, finn):
        wrong += train(newcomer)
    activate(staff)
    read_a_signal(finn)
    assert wrong == []


def invite_first_admin(staff: Page, address: str) -> None:
    """Staff bring in one person, who brings in everybody else."""
    staff.goto("/admin/participants/invitation/add/")
    staff.get_by_label("Participant").select_option(label=COMPANY)
    staff.get_by_label("Address").fill(address)
    staff.get_by_role("button", name="Save", exact=True).click()
    expect(staff.get_by_role("list").get_by_text("was added successfully")).to_be_visible()


def join(newcomer: Page, address: str, *, name: str) -> None:
    """By the link of the letter, which a demo shows to everybody: a name, a password, a factor."""
    newcomer.goto("/accounts/letters/")
    letter = newcomer.get_by_role("listitem").filter(has_text=address).get_by_role("link", name=LETTER)
    letter.first.click()
    newcomer.get_by_role("link", name="/participant/invitation/").click()
    expect(newcomer.get_by_label("You sign in as")).to_have_value(address)
    newcomer.get_by_label("Your name").fill(name)
    newcomer.get_by_label("Password", exact=True).fill("four quiet herons at noon")
    newcomer.get_by_label("again").fill("four quiet herons at noon")
    newcomer.get_by_role("button", name="Make my account").click()
    first_factor(newcomer)


def see_nothing_yet(newcomer: Page) -> None:
    """Neither signals nor the queue are there before the training and before the company takes part."""
    for path in ("/signals/", "/reviews/"):
        answer = newcomer.goto(path)
        assert answer is not None
        assert answer.status == 404


def invite(admin: Page, address: str) -> list[str]:
    """A colleague, by the company's own admin."""
    admin.goto("/participant/invitations/")
    wrong = examine(admin)
    admin.get_by_label("Address").fill(address)
    admin.get_by_role("button", name="Send the invitation").click()
    expect(admin.get_by_text("Invited. The letter with the link is on its way.")).to_be_visible()
    return wrong


def train(newcomer: Page) -> list[str]:
    """Every module: the first answered wrongly once, which says why."""
    newcomer.goto("/participant/training/")
    wrong = examine(newcomer)
    for number, module in enumerate(MODULES.values()):
        newcomer.goto(f"/participant/training/{module.slug}/")
        if number == 0:
            for question in module.questions:
                wrongly = next(option.name for option in question.options if not option.is_right)
                newcomer.locator(f"[name={question.name}][value={wrongly}]").check()
            newcomer.get_by_role("button", name="Check my answers").click()
            expect(newcomer.get_by_role("alert").first).to_be_visible()
            wrong += examine(newcomer)
        for question in module.questions:
            newcomer.locator(f"[name={question.name}][value={question.right.name}]").check()
        newcomer.get_by_role("button", name="Check my answers").click()
        expect(newcomer.get_by_role("heading", name=module.title)).to_have_count(0)
    return wrong


def activate(staff: Page) -> None:
    """Nothing is missing any more."""
    staff.goto("/admin/participants/participant/")
    staff.get_by_role("link", name=COMPANY).click()
    staff.get_by_role("button", name="Activate").click()
    expect(staff.locator(".messagelist")).to_contain_text(f"{COMPANY} is now: active.")


def read_a_signal(newcomer: Page) -> None:
    """The first one of the list, and its value."""
    newcomer.goto("/signals/")
    newcomer.get_by_role("row").get_by_role("link").first.click()
    newcomer.get_by_role("button", name="Show").click()
    expect(newcomer.get_by_role("link", name="Hide").first).to_be_visible()
