"""Forms whose fields are questions: the application, check-ins, practice reviews."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from lantern.lib.mail_address import MailAddressField
from participants.models.application import Answers
from participants.questions import CONTACTS, Question, Shape

FEW_WORDS = 40
LINE, TEXT = 200, 4_000


class AnswerForm(forms.Form):
    """One field for each question. As a draft nothing is needed and nothing but its length is checked."""

    def __init__(self, *args: Any, questions: Sequence[Question], draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question.name] = _draft_field(question) if draft else _field(question)

    @property
    def answers(self) -> Answers:
        """What was answered, by the name of the question. Only after `is_valid`."""
        return {question.name: self.cleaned_data[question.name] for question in self.questions}


def start_form(data: Any = None) -> AnswerForm:
    """Who applies: as much as a draft needs to be found again."""
    return AnswerForm(data, questions=[question for question in CONTACTS if question.name.startswith("contact_")])


def link_or_text(value: str) -> None:
    """A web address, or a description of more than a few words. Raises `ValidationError`."""
    if value.startswith(("http://", "https://")) and " " not in value:
        URLValidator(schemes=["https", "http"])(value)
    elif len(value) < FEW_WORDS:
        raise ValidationError("Give a web address, or describe it in a sentence or two.")


def _field(question: Question) -> forms.Field:
    given = {"label": question.label, "help_text": question.help, "required": question.needed}
    return FIELDS[question.shape](**given)


def _area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 4})


FIELDS: dict[Shape, Callable[..., forms.Field]] = {
    Shape.LINE: partial(forms.CharField, max_length=LINE),
    Shape.TEXT: partial(forms.CharField, max_length=TEXT, widget=_area()),
    Shape.EMAIL: partial(MailAddressField, max_length=254),
    Shape.ADDRESS: partial(forms.URLField, max_length=LINE, assume_scheme="https"),
    Shape.LINK_OR_TEXT: partial(forms.CharField, max_length=TEXT, widget=_area(), validators=[link_or_text]),
    Shape.COUNT: partial(forms.IntegerField, min_value=0, max_value=1_000_000),
    Shape.YES: forms.BooleanField,
}


def _draft_field(question: Question) -> forms.Field:
    given: dict[str, Any] = {"label": question.label, "help_text": question.help, "required": False}
    if question.shape == Shape.YES:
        return forms.BooleanField(**given)
    if question.shape in (Shape.TEXT, Shape.LINK_OR_TEXT):
        return forms.CharField(max_length=TEXT, widget=_area(), **given)
    return forms.CharField(max_length=254, **given)
