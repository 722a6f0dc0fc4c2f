"""A real browser, and a Lantern of its own for it: started once, people only, so that every count is exact."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

from tests.intake_file import intake_file
from tests.journeys.pages import watch
from tests.journeys.signing_in import sign_in
from tests.running import RunningInstallation, installation, wait_for

# The headless shell draws and obeys as Chromium does, and opens no windows of its own: it is a third quicker.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
REASON = "There is no Chromium on the path. LANTERN_JOURNEYS=required makes that a failure."
WIDE = {"width": 1280, "height": 900}

PATIENCE = 15_000  # milliseconds, for machines that do other things as well

Visit = Callable[..., Page]
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a journey."""
    for item in items:
        if "tests/journeys/" in item.path.as_posix():
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium. (Not for the whole session: while it runs, Django takes this thread for an asynchronous one.)"""
    if CHROMIUM is None:
        assert os.environ.get("LANTERN_JOURNEYS") != "required", REASON
        pytest.skip(REASON)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def lantern(browser: Browser) -> Iterator[RunningInstallation]:
    """The installation all journeys share."""
    with installation(LANTERN_DEMO_SIZE="people", LANTERN_SWEEP_SECONDS="2") as place:
        made = place.manage("seed_demo", "--people-only")
        assert made.returncode == 0, made.stderr
        place.start()
        yield place


@pytest.fixture(scope="package")
def something_to_review(lantern: RunningInstallation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signals from Cloudnine, in everybody else's queue."""
    path = tmp_path_factory.mktemp("files") / "cloudnine.csv"
    path.write_bytes(intake_file(60, first=800_000, spoiled=0).content)
    shared = lantern.manage("import_signals", str(path), "--participant", "cloudnine", "--by", "ana@cloudnine.example")
    assert shared.returncode == 0, shared.stderr
    waiting = "SELECT count(*) FROM reviews_review r JOIN participants_participant p ON p.id = r.participant_id"
    wait_for(lambda: lantern.number(f"{waiting} WHERE p.slug = 'pixelforge' AND r.state = 'open'") > 10, "reviews")
    return path


@pytest.fixture(scope="package")
def sessions() -> dict[str, StorageState]:
    """Who has signed in already: a one-time code works once, so a person signs in once."""
    return {}


@pytest.fixture
def visit(browser: Browser, lantern: RunningInstallation, sessions: dict[str, StorageState]) -> Iterator[Visit]:
    """A browser of its own for somebody: `visit("ana@harbor.example")`, or `visit()` for the public.

    Its page opens relative addresses, and the test fails if the browser reports an error or a breach of
    the content security policy on any of them.
    """
    begun: list[BrowserContext] = []
    complaints: list[str] = []

    def begin(email: str | None = None, **options: object) -> Page:
        if email and email not in sessions:
            context = browser.new_context(base_url=lantern.url)
            sign_in(context.new_page(), email, lantern.code(email))
            sessions[email] = context.storage_state()
            context.close()
        state = sessions[email] if email else None
        context = browser.new_context(**{"base_url": lantern.url, "storage_state": state, "viewport": WIDE, **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        begun.append(context)
        return watch(context.new_page(), complaints)

    yield begin
    for context in begun:
        context.close()
    assert not complaints
