"""Working through a queue: with keys alone, without JavaScript, after the tab was closed, with a lost lease."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.journeys.pages import dismiss, start_reviewing
from tests.running import RunningInstallation, wait_for

ITEMS = 20
NO_MOUSE = """
for (const name of ["mousedown", "pointerdown", "touchstart"])
  addEventListener(name, () => console.error("a mouse was used"), true);
"""
AROUND = ("/reviews/?state=decided", "/reviews/keys/", "/reviews/rules/", "/reviews/templates/")
TOGETHER = re.compile("of this kind and incident together")
PRESENCE = re.compile("/presence/$")
DECIDE = re.compile("^Decide$")


@pytest.fixture(scope="module")
def plenty(lantern: RunningInstallation, tmp_path_factory: pytest.TempPathFactory) -> None:
    """More than enough for Meridian's queue, and at its head."""
    path = tmp_path_factory.mktemp("files") / "plenty.csv"
    rows = (f"email,person{number}@mail.example,grooming,critical,case {number % 6}" for number in range(60))
    path.write_text("\n".join(["kind,value,harm_types,severity,incident", *rows]))
    shared = lantern.manage("import_signals", str(path), "--participant", "cloudnine", "--by", "ana@cloudnine.example")
    assert shared.returncode == 0, shared.stderr
    waiting = "SELECT count(*) FROM reviews_review r JOIN participants_participant p ON p.id = r.participant_id"
    wait_for(lambda: lantern.number(f"{waiting} WHERE p.slug = 'meridian' AND r.state = 'open'") >= 60, "reviews")


def _loaded(page: Page) -> None:
    expect(page.get_by_role("button", name="Save and next")).to_have_attribute("aria-keyshortcuts", "Control+Enter")


def _decisions(lantern: RunningInstallation, email: str) -> int:
    return lantern.number(
        "SELECT count(*) FROM reviews_decision d JOIN participants_member m ON m.id = d.decided_by_id"
        f" JOIN accounts_user u ON u.id = m.user_id WHERE u.email = '{email}'"
    )


def _decide_by_keys(page: Page, number: int) -> None:
    """Three keys; one in four shows the value first, one in five is acted on, the first of those with words."""
    _loaded(page)
    here = page.url
    if number % 4 == 0:
        page.keyboard.press("r")
        expect(page.locator("[data-hide]")).to_be_visible()
    page.keyboard.press("d" if number % 5 else "a")
    page.keyboard.press("1")
    if number == 0:
        page.get_by_label("Policy it broke").focus()
        page.keyboard.type("a, d, 1, s and z are only letters here")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != here)


@pytest.mark.usefixtures("plenty")
def test_twenty_reviews_without_a_mouse(visit: Visit, lantern: RunningInstallation) -> None:
    page = visit("ana@meridian.example")
    page.add_init_script(NO_MOUSE)
    before = _decisions(lantern, "ana@meridian.example")
    page.goto("/reviews/")
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    for number in range(ITEMS):
        _decide_by_keys(page, number)
    assert _decisions(lantern, "ana@meridian.example") == before + ITEMS
    _loaded(page)
    page.keyboard.press("z")
    expect(page.get_by_text("Undone. The review is open again.")).to_be_visible()
    _loaded(page)
    page.keyboard.press("s")
    expect(page.get_by_text("Skipped.")).to_be_visible()


@pytest.mark.usefixtures("plenty")
def test_keys_of_the_list(visit: Visit) -> None:
    page = visit("ana@meridian.example")
    page.add_init_script(NO_MOUSE)
    page.goto("/reviews/")
    expect(page.get_by_role("link", name="Queue").first).to_be_visible()
    for _ in range(2):
        page.keyboard.press("j")
    expect(page.locator(".row-link").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(".row-link").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_text("They rest while you type.")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Kind")).to_be_focused()
    page.keyboard.press("Tab")
    page.locator(".row-link").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review")
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.get_by_role("heading", name="Queue", level=1)).to_be_visible()


@pytest.mark.usefixtures("plenty")
def test_deciding_together(visit: Visit, lantern: RunningInstallation) -> None:
    # What journeys before this one hold would be left alone.
    lantern.execute("UPDATE reviews_review SET holder_id = NULL, held_until = NULL WHERE holder_id IS NOT NULL")
    page = visit("kim@meridian.example")
    start_reviewing(page)
    page.get_by_role("link", name=TOGETHER).click()
    boxes = page.get_by_role("group", name="Which reviews").get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(1).check()
    dismiss(page, why="No violation found")
    page.get_by_label("How many you are deciding").fill("3")
    page.get_by_role("button", name="Decide together").click()
    expect(page.get_by_text("You have chosen 2. Nothing has been decided.").first).to_be_visible()
    wrong = examine(page)
    page.get_by_label("How many you are deciding").fill("2")
    page.get_by_role("button", name="Decide together").click()
    expect(page.get_by_text("You decided 2 reviews just now.")).to_be_visible()
    wrong += examine(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: 2 reviews are back in the queue.")).to_be_visible()
    assert wrong == []


@pytest.mark.usefixtures("plenty")
def test_from_the_queue_to_an_undone_decision_without_javascript(visit: Visit) -> None:
    page = visit("ben@meridian.example", java_script_enabled=False)
    start_reviewing(page)
    dismiss(page, why="Out of date")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("You decided a review just now.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. The review is open again.")).to_be_visible()
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_text("Skipped.")).to_be_visible()


@pytest.mark.usefixtures("plenty")
def test_an_open_review_says_whether_anybody_is_there(visit: Visit) -> None:
    page = visit("ben@meridian.example")
    page.clock.install()
    with page.expect_request(PRESENCE) as sent:
        start_reviewing(page)
    said = [sent.value.headers["x-presence"]]
    for key in ("", "Shift", ""):
        if key:
            page.keyboard.press(key)
        with page.expect_request(PRESENCE) as sent:
            page.clock.run_for(30_000)
        said.append(sent.value.headers["x-presence"])
    assert said == ["idle", "idle", "active", "idle"]


@pytest.mark.usefixtures("plenty")
def test_undo_after_the_tab_was_closed(visit: Visit) -> None:
    page = visit("lee@meridian.example")
    start_reviewing(page)
    dismiss(page, why="No violation found")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()
    context = page.context
    page.close()
    again = context.new_page()
    again.goto("/reviews/")
    again.get_by_role("button", name="Undo").click()
    expect(again.get_by_text("Undone. The review is open again.")).to_be_visible()
    expect(again.get_by_role("heading", name=DECIDE)).to_be_visible()
    again.get_by_role("button", name="Skip").click()


@pytest.mark.usefixtures("plenty")
def test_a_lost_lease_keeps_the_words(visit: Visit, lantern: RunningInstallation) -> None:
    page = visit("kim@meridian.example")
    start_reviewing(page)
    dismiss(page, why="Out of date")
    page.get_by_label("In words").fill("two accounts, both closed in May")
    lead = visit("lee@meridian.example")
    lead.goto(page.url)
    expect(lead.get_by_text("Kim holds this review")).to_be_visible()
    wrong = examine(lead)
    lead.get_by_role("button", name="Take it back").click()
    expect(lead.get_by_text("Nobody holds this review.")).to_be_visible()
    wrong += examine(lead)
    lead.get_by_role("button", name="Claim this review").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Lee holds it now.")).to_be_visible()
    expect(page.get_by_text("two accounts, both closed in May").first).to_be_visible()
    assert wrong + examine(page) == []
    lead.get_by_role("button", name="Skip").click()


@pytest.mark.usefixtures("plenty")
@pytest.mark.parametrize(
    "path", ["/reviews/?state=decided", "/reviews/keys/", "/reviews/rules/", "/reviews/templates/"]
)
def test_the_pages_around_the_queue(visit: Visit, path: str) -> None:
    page = visit("lee@meridian.example")
    page.goto(path)
    assert examine(page) == []


@pytest.mark.usefixtures("plenty")
def test_a_decision_that_is_opened_again(visit: Visit) -> None:
    """The states of the page after a decision: undoable, with its forms open, with one refused, and open again."""
    page = visit("ana@meridian.example")
    start_reviewing(page)
    dismiss(page, why="Out of date")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Open it again").click()
    wrong = examine(page)
    page.get_by_role("radio", name="Another reason").check()
    page.get_by_role("button", name="Open again").click()
    page.get_by_role("link", name="Why again, in words").click()
    expect(page.get_by_label("Why again, in words")).to_be_focused()
    expect(page.get_by_role("radio", name="Another reason")).to_be_checked()
    wrong += examine(page)
    page.get_by_role("radio", name="The decision was a mistake").check()
    page.get_by_role("button", name="Open again").click()
    expect(page.get_by_role("heading", name=DECIDE)).to_be_visible()
    page.locator("summary", has_text="Keys").click()
    assert wrong + examine(page) == []
    page.get_by_role("button", name="Skip").click()


@pytest.mark.usefixtures("plenty")
def test_a_blind_second_review(visit: Visit, lantern: RunningInstallation) -> None:
    """Ana asks for it by the key; Ben sees nothing of her decision until he has voted, and agrees."""
    ana = visit("ana@meridian.example")
    start_reviewing(ana)
    address = ana.url
    dismiss(ana, why="Not enough information")
    ana.get_by_label("In words").fill("three words of the first")
    ana.get_by_label("In words").blur()
    _loaded(ana)
    ana.keyboard.press("e")
    expect(ana.get_by_text("A colleague is asked for a second look")).to_be_visible()
    lantern.execute("UPDATE reviews_secondreview SET ready_at = now() - interval '1 second' WHERE state = 'due'")
    ben = visit("ben@meridian.example")
    ben.goto(address)
    expect(ben.get_by_text("three words of the first")).to_have_count(0)
    wrong = examine(ben)
    ben.get_by_role("button", name="Take the second look").click()
    expect(ben.get_by_role("heading", level=1)).to_contain_text("Second look")
    expect(ben.get_by_text("three words of the first")).to_have_count(0)
    wrong += examine(ben)
    dismiss(ben, why="No violation found")
    ben.get_by_role("button", name="Vote").click()
    expect(ben.get_by_text("three words of the first")).to_be_visible()
    wrong += examine(ben)
    ben.get_by_role("button", name="Let the first decision stand").click()
    expect(ben.get_by_text("Agreed. The decision stands")).to_be_visible()
    ben.goto(address)
    expect(ben.get_by_text("three words of the first")).to_be_visible()
    assert wrong == []


@pytest.mark.usefixtures("plenty")
def test_a_review_whose_signal_has_ended(visit: Visit, lantern: RunningInstallation) -> None:
    ended = lantern.rows(
        "UPDATE reviews_review SET state = 'closed', closed_because = 'mistake' WHERE id = (SELECT r.id"
        " FROM reviews_review r JOIN participants_participant p ON p.id = r.participant_id"
        " WHERE p.slug = 'meridian' AND r.state = 'open' AND r.holder_id IS NULL ORDER BY r.priority LIMIT 1)"
        " RETURNING id"
    )
    page = visit("lee@meridian.example")
    page.goto(f"/reviews/{ended[0][0]}/")
    expect(page.get_by_text("Nothing left to decide")).to_be_visible()
    assert examine(page) == []
