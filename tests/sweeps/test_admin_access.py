"""Every address of the admin × everybody × one's own, another's and no object."""

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.urls import URLResolver, get_resolver, reverse

from participants.models import Member
from tests.sweeps.admin_pages import (
    DESKS,
    EVERY_MODEL_HAS,
    MODELS,
    NO_OBJECT,
    desk_address,
    missing,
    of_company,
    of_models,
    of_the_coalition,
)
from tests.sweeps.asking import World, asked
from tests.sweeps.pages import PERSONS, SENT_AWAY, Key

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(world: World, lena: Member) -> dict[str, Key]:
    """Something of Northwind's for every model, and what is the coalition's own."""
    return {**of_the_coalition(world), **of_company(lena, world.own, by=world.people["staff"])}


@pytest.fixture
def others(own: dict[str, Key], world: World, bob: Member) -> dict[str, Key]:
    """The same of Harbor."""
    return {**own, **of_company(bob, world.others, by=world.people["staff"])}


def test_every_address_of_the_admin_is_in_a_table() -> None:
    of_models = {f"{label.replace('.', '_')}_{page}" for label in MODELS for page in EVERY_MODEL_HAS}
    assert {name for name in _admin().reverse_dict if isinstance(name, str)} == {*of_models, *DESKS}
    assert {model._meta.label_lower for model in site._registry} == set(MODELS)


def _admin() -> URLResolver:
    entries = (entry for entry in get_resolver().url_patterns if isinstance(entry, URLResolver))
    return next(entry for entry in entries if entry.app_name == "admin")


def test_staff_are_answered_about_what_is_there(world: World, own: dict[str, Key], others: dict[str, Key]) -> None:
    wrong = {}
    for objects in (own, others):
        for name, url, is_allowed, _ in of_models(objects):
            if (status := asked(world.browser("staff"), "get", url)[0]) != (200 if is_allowed else 404):
                wrong[name] = status
        for name, desk in DESKS.items():
            if (status := asked(world.browser("staff"), desk.method, desk_address(name, objects))[0]) != desk.answer:
                wrong[name] = status
    assert wrong == {}


def test_staff_find_nothing_where_nothing_is(world: World, own: dict[str, Key]) -> None:
    wrong = {}
    browser, nothing = world.browser("staff"), missing(own)
    for name, url, _, is_about in of_models(nothing):
        if is_about and (status := asked(browser, "get", url)[0]) != 404:
            wrong[name] = status
    for name, desk in ((name, desk) for name, desk in DESKS.items() if set(desk.about) - NO_OBJECT):
        if (status := asked(browser, desk.method, desk_address(name, nothing))[0]) != 404:
            wrong[name] = status
    assert wrong == {}


def test_no_address_of_the_admin_answers_anybody_else(
    world: World, own: dict[str, Key], others: dict[str, Key]
) -> None:
    """Whatever stands in its place, one's own, another's or nothing: the gate comes before the view."""
    wrong = {}
    for person in (person for person in PERSONS if person != "staff"):
        browser = world.browser(person)
        for objects in (own, others, missing(own)):
            asked_for = [(name, "get", url) for name, url, _, _ in of_models(objects)]
            asked_for += [(name, desk.method, desk_address(name, objects)) for name, desk in DESKS.items()]
            for name, method, url in asked_for:
                if person in SENT_AWAY:
                    browser = world.browser(person)  # who has passed the password only is signed out by asking
                status, location = asked(browser, method, url)
                wanted = (302, True) if person in SENT_AWAY else (404, False)
                if (status, location.startswith("/accounts/login/")) != wanted:
                    wrong[name, person] = status, location
    assert wrong == {}


def test_the_history_of_a_thing_is_what_the_record_says(world: World, own: dict[str, Key]) -> None:
    answer = world.browser("staff").get(reverse("admin:participants_signon_history", args=[own["participants.signon"]]))
    assert "sign_on.changed" in answer.content.decode()
    assert "passwords_forbidden: False" in answer.content.decode()


def test_the_admin_has_nothing_with_which_staff_could_decide() -> None:
    models = [*apps.get_app_config("reviews").get_models(), *apps.get_app_config("signals").get_models()]
    assert {model.__name__ for model in models if site.is_registered(model)} == {"LegalHold", "Erasure", "ExpiryRun"}
