"""What the modules say, and that a change of it is a new version."""

from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from participants.training_modules import MODULES, Module

# Whoever changes a module raises its version and writes its new digest here: everybody is then asked again.
DIGESTS = {
    ("sharing", 1): "30ba9af70bf08aa4",
    ("grey-areas", 1): "858864b0e217c8d1",
    ("reading", 1): "f632e47cfd990654",
    ("handling", 1): "de8dbf532bd451da",
    ("yourself", 1): "2e8d95d881f7279d",
}


def _digest(module: Module) -> str:
    """Of the words: how the lines are broken is no change."""
    text = Path(settings.BASE_DIR / "templates" / module.template).read_text()
    return sha256(f"{''.join(text.split())}\n{module.questions!r}".encode()).hexdigest()[:16]


@pytest.mark.parametrize("module", MODULES.values(), ids=lambda module: module.slug)
def test_a_changed_module_has_a_new_version(module: Module) -> None:
    assert DIGESTS.get((module.slug, module.version)) == _digest(module)


@pytest.mark.parametrize("module", MODULES.values(), ids=lambda module: module.slug)
def test_each_question_has_one_right_answer_and_a_reason_for_every_one(module: Module) -> None:
    assert 3 <= len(module.questions) <= 5
    assert len({question.name for question in module.questions}) == len(module.questions)
    for question in module.questions:
        assert sum(option.is_right for option in question.options) == 1
        assert len({option.name for option in question.options}) == len(question.options) >= 3
        assert all(option.because for option in question.options)


def test_the_right_answers_do_not_stand_in_one_place() -> None:
    places = [question.right.name for module in MODULES.values() for question in module.questions]
    assert all(places.count(place) <= len(places) / 2 for place in "abc")


def test_the_texts_say_what_the_programme_asks_for() -> None:
    texts = {slug: render_to_string(module.template).casefold() for slug, module in MODULES.items()}
    for slug, words in {
        "sharing": ("identity of a child", "hearsay", "never share", "confirmed", "on behalf of a government"),
        "grey-areas": ("self-generated", "may be children", "survivors"),
        "reading": ("it is a lead", "your own published policy", "appeal", "never by machine"),
        "handling": ("tlp:amber+strict", "requests by governments", "deleted"),
        "yourself": ("break", "skip", "blurr", "emergency number"),
    }.items():
        assert [word for word in words if word not in " ".join(texts[slug].split())] == [], slug
