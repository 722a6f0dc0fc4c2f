"""Whoever comes with a filter stays within it: beside the review, at the next one, on skipping, with many at once."""

import re

import pytest
from django.test import Client

from participants.models import Member
from reviews import claims
from reviews.care import choose_care
from reviews.models import Review
from reviews.queue_filter import QueueFilter
from reviews.routing import route
from tests.world import add_team_member, share

pytestmark = pytest.mark.django_db

DISMISSED = {"verdict": "dismissed", "dismissed_reason": "no_violation"}
URLS = "?kind=url"


@pytest.fixture
def mixed(alice: Member, bob: Member) -> dict[str, list[str]]:
    """Harbor's reviews by kind, in the order of the queue: the e-mail addresses are graver than the URLs."""
    for number in range(3):
        share(alice, value=f"person{number}@example.com", severity="critical")
        share(alice, kind="url", value=f"https://files.example/{number}", severity="low", incident="case 1")
    route()
    due = Review.objects.visible_to(bob).due().select_related("signal")
    return {kind: [str(review.pk) for review in due if review.signal.kind == kind] for kind in ("email", "url")}


def _beside(page: str) -> list[tuple[str, str]]:
    listed = page.partition('class="queue-list"')[2].partition("</ol>")[0]
    return re.findall(r'href="/reviews/([0-9a-f-]{36})/([^"]*)"', listed)


def _page(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_beside_a_review_is_that_of_the_filter(mixed: dict[str, list[str]], as_bob: Client) -> None:
    first = mixed["url"][0]
    page = _page(as_bob, f"/reviews/{first}/{URLS}")
    assert _beside(page) == [(review, URLS) for review in mixed["url"]]
    assert "3 match your filter" in page
    every = _page(as_bob, f"/reviews/{first}/")
    assert _beside(every) == [(review, "") for review in mixed["email"] + mixed["url"]]
    assert "6 due" in every


def test_a_list_leads_into_its_filter(mixed: dict[str, list[str]], as_bob: Client) -> None:
    page = _page(as_bob, "/reviews/?kind=url&severity=1&after=nonsense&value=planted")
    assert f'href="/reviews/{mixed["url"][0]}/{URLS}&amp;severity=1"' in page
    assert f'action="/reviews/next/{URLS}&amp;severity=1"' in page
    assert "Start reviewing (3 match)" in page
    assert "planted" not in page


def test_saving_and_going_on_stays_within_the_filter_until_nothing_is_left(
    mixed: dict[str, list[str]], as_bob: Client
) -> None:
    led = as_bob.post(f"/reviews/next/{URLS}")["Location"]
    for review in mixed["url"]:
        assert led == f"/reviews/{review}/{URLS}"
        assert f'action="/reviews/{review}/decide/{URLS}"' in _page(as_bob, led)
        led = as_bob.post(f"/reviews/{review}/decide/{URLS}", {**DISMISSED, "then": "next"})["Location"]
    assert led == f"/reviews/{URLS}"
    page = _page(as_bob, led)
    assert "Nothing more that matches this filter is due." in page
    assert Review.objects.filter(pk__in=mixed["email"], state="open", holder=None).count() == 3


def test_the_next_one_is_foretold_within_the_filter(mixed: dict[str, list[str]], as_bob: Client) -> None:
    as_bob.post(f"/reviews/{mixed['url'][0]}/claim/{URLS}")
    foretold = {query: _page(as_bob, f"/reviews/{mixed['url'][0]}/{query}") for query in ("", URLS)}
    told = {query: re.findall(r"Next: (\w+)", page) for query, page in foretold.items()}
    assert told == {"": ["E"], URLS: ["URL"]}


@pytest.mark.parametrize("act", ["claim", "keep", "release", "decide", "reveal", "reopen", "appeal"])
def test_what_one_does_with_a_review_keeps_the_filter(act: str, mixed: dict[str, list[str]], as_bob: Client) -> None:
    review = mixed["url"][0]
    if act not in ("claim", "reopen", "appeal"):
        as_bob.post(f"/reviews/{review}/claim/")
    answer = as_bob.post(f"/reviews/{review}/{act}/{URLS}", DISMISSED if act == "decide" else {})
    if answer.status_code == 302:
        assert answer["Location"] == (f"/reviews/{URLS}" if act == "release" else f"/reviews/{review}/{URLS}")
    else:
        assert answer.status_code == (200 if act == "reveal" else 422)
        assert [query for _, query in _beside(answer.content.decode())] == [URLS] * 3


def test_showing_the_value_in_place_keeps_the_filter(mixed: dict[str, list[str]], as_bob: Client) -> None:
    review = mixed["url"][0]
    as_bob.post(f"/reviews/{review}/claim/")
    box = as_bob.post(f"/reviews/{review}/reveal/{URLS}", headers={"HX-Request": "true"}).content.decode()
    assert f'href="/reviews/{review}/{URLS}"' in box
    assert f'hx-post="/reviews/{review}/reveal/{URLS}"' in box


def test_a_refused_decision_and_a_lost_lease_keep_the_filter(mixed: dict[str, list[str]], as_bob: Client) -> None:
    review = mixed["url"][0]
    refused = as_bob.post(f"/reviews/{review}/decide/{URLS}", {"verdict": "dismissed"})
    lost = as_bob.post(f"/reviews/{review}/decide/{URLS}", DISMISSED)
    assert (refused.status_code, lost.status_code) == (422, 409)
    for answer in (refused, lost):
        assert [query for _, query in _beside(answer.content.decode())] == [URLS] * 3


def test_deciding_together_undoing_and_going_on_stay_within_the_filter(
    mixed: dict[str, list[str]], as_bob: Client
) -> None:
    opened, second, last = mixed["url"]
    as_bob.post(f"/reviews/{opened}/claim/{URLS}")
    assert f'href="/reviews/{opened}/together/{URLS}"' in _page(as_bob, f"/reviews/{opened}/{URLS}")
    chosen = {"chosen": [opened, second], "number": "2", **DISMISSED}
    led = as_bob.post(f"/reviews/{opened}/together/{URLS}", chosen)["Location"]
    assert re.fullmatch(r"/reviews/together/[0-9a-f-]{36}/\?kind=url", led)
    page = _page(as_bob, led)
    assert f'action="/reviews/undo/{URLS}"' in page
    assert f'action="/reviews/next/{URLS}"' in page
    assert as_bob.post(f"/reviews/next/{URLS}")["Location"] == f"/reviews/{last}/{URLS}"
    assert as_bob.post(f"/reviews/undo/{URLS}")["Location"] == f"/reviews/{URLS}"


def test_from_decided_ones_the_next_is_a_due_one_of_the_same_filter(
    mixed: dict[str, list[str]], bob: Member, as_bob: Client
) -> None:
    first, second, _ = mixed["url"]
    as_bob.post(f"/reviews/{first}/claim/")
    as_bob.post(f"/reviews/{first}/decide/", DISMISSED)
    page = _page(as_bob, f"/reviews/{first}/?kind=url&state=decided")
    assert _beside(page) == [(first, "?kind=url&amp;state=decided")]
    assert 'action="/reviews/next/?kind=url&amp;state=decided"' in page
    assert as_bob.post("/reviews/next/?kind=url&state=decided")["Location"] == f"/reviews/{second}/{URLS}"


def test_what_colleagues_hold_is_passed_over_and_told(mixed: dict[str, list[str]], bob: Member, as_bob: Client) -> None:
    dana = add_team_member(bob.participant, "dana")
    for review in mixed["url"]:
        found = claims.claim_next(among=QueueFilter({"kind": "url"}, member=dana).due(), by=dana)
        assert found is not None
        assert str(found.pk) == review
    page = as_bob.post(f"/reviews/next/{URLS}", follow=True).content.decode()
    assert "Everything that is due is held by colleagues" in page
    assert "No review matches" not in page


def test_within_a_filter_too_one_is_spared_what_one_chose_to_be_spared(
    mixed: dict[str, list[str]], bob: Member
) -> None:
    mails = QueueFilter({"kind": "email"}, member=bob)
    choose_care(harm_types=[], nothing_severe=True, by=bob)
    assert claims.claim_next(among=mails.due(), by=bob) is None
    choose_care(harm_types=["grooming"], nothing_severe=False, by=bob)
    assert claims.claim_next(among=mails.due(), by=bob) is None
    choose_care(harm_types=["sextortion"], nothing_severe=False, by=bob)
    found = claims.claim_next(among=mails.due(), by=bob)
    assert found is not None
    assert (str(found.pk), found.holder) == (mixed["email"][0], bob)


def test_one_holds_no_more_than_one_may_and_is_led_to_what_one_holds(
    mixed: dict[str, list[str]], as_bob: Client
) -> None:
    for review in mixed["email"]:
        as_bob.post(f"/reviews/{review}/claim/")
    answer = as_bob.post(f"/reviews/next/{URLS}")
    assert answer["Location"] == "/reviews/?state=mine"
    page = _page(as_bob, answer["Location"])
    assert "as many reviews as one may" in page
    assert Review.objects.filter(pk__in=mixed["url"], holder=None).count() == 3
