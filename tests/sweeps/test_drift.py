"""What is written twice says the same: models and migrations, templates and the code that renders them."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template

TEMPLATES = sorted(
    str(path.relative_to(settings.BASE_DIR / "templates")) for path in (settings.BASE_DIR / "templates").rglob("*.html")
)


@pytest.mark.django_db
def test_migrations_are_those_of_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_the_system_checks_find_nothing() -> None:
    call_command("check", fail_level="WARNING")


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_has_no_script_or_style_of_its_own(name: str) -> None:
    """The content security policy would refuse them, silently for most who look."""
    text = Path(settings.BASE_DIR / "templates" / name).read_text()
    for forbidden in (
        "style=",
        "<style",
        "onclick=",
        "onchange=",
        "onsubmit=",
        "javascript:",
        "|safe",
        "autoescape off",
    ):
        assert forbidden not in text
    for script in text.split("<script")[1:]:
        assert "src=" in script.partition(">")[0]
