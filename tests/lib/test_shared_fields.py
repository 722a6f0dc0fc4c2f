"""Forms that share their fields, and what is one form's own all the same."""

from typing import Any

from django import forms

from lantern.lib.shared_fields import shared_fields


@shared_fields
class Wish(forms.Form):
    """Two fields; the second is another one for whoever may choose."""

    name = forms.CharField(max_length=10)
    colour = forms.ChoiceField(choices=[("red", "Red")])

    def __init__(self, *args: Any, colours: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colour"] = forms.ChoiceField(choices=[(each, each) for each in colours])


class LongerWish(Wish):
    """One more field, which no form of the other class has."""

    reason = forms.CharField()


def test_fields_are_shared_and_one_s_own_take_their_places() -> None:
    blue, green = Wish(colours=["blue"]), Wish(colours=["green"])
    assert blue.fields["name"] is green.fields["name"]
    assert 'value="blue"' in str(blue["colour"])
    assert 'value="blue"' not in str(green["colour"])
    assert [*Wish.base_fields] == ["name", "colour"]


def test_what_one_form_is_sent_is_not_the_other_one_s() -> None:
    wrong, right = (
        Wish({"name": "x" * 11, "colour": "red"}, colours=["red"]),
        Wish({"name": "Alice", "colour": "red"}, colours=["red"]),
    )
    assert not wrong.is_valid()
    assert right.is_valid()
    assert right.cleaned_data == {"name": "Alice", "colour": "red"}
    assert "value" not in str(Wish(colours=["red"])["name"])


def test_a_form_made_of_it_has_copies_of_its_own() -> None:
    one, other = LongerWish(colours=[]), LongerWish(colours=[])
    assert [*one.fields] == ["name", "colour", "reason"]
    assert one.fields["reason"] is not other.fields["reason"]
