"""What a letter may be about, and how its text is made from a pair of templates."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.template import Context
from django.template.loader import get_template


class Topic(models.TextChoices):
    """What a letter is about. A person may switch off all but the first."""

    SECURITY = "security", "Your account: sign-in, factors, password and e-mail address"
    INVITATION = "invitation", "Invitations"
    PROGRAMME = "programme", "The programme: check-ins, reviews, your company's standing"
    WORK = "work", "Your work: what became of what your company shared"


OPTIONAL = tuple(topic for topic in Topic if topic != Topic.SECURITY)


@dataclass(frozen=True)
class Rendered:
    """A letter as it is sent: one line of subject, the text, and the same as HTML."""

    subject: str
    text: str
    html: str


def render_letter(name: str, context: Mapping[str, object]) -> Rendered:
    """The letter `name` (`templates/mail/<name>.txt`, subject on its first line, and `.html`) with `context`.

    `site` is the portal's address without a slash at its end. Raises `TemplateDoesNotExist`.
    """
    values = {"site": settings.SITE_URL, **context}
    plain = get_template(f"mail/{name}.txt").template.render(Context(values, autoescape=False))  # type: ignore[attr-defined]
    subject, _, text = plain.partition("\n")
    return Rendered(
        " ".join(subject.split()), text.strip() + "\n", get_template(f"mail/{name}.html").render(dict(values))
    )
