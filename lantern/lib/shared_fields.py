"""Forms whose fields are the same for everybody, so that not each one needs copies of them."""

from typing import Any, TypeVar

from django import forms

FormKind = TypeVar("FormKind", bound=type[forms.Form])


class _Shared(dict[str, forms.Field]):
    def __deepcopy__(self, memo: Any) -> dict[str, forms.Field]:
        return dict(self)


def shared_fields(form: FormKind) -> FormKind:
    """Decorates a form that changes none of its fields, but may put others in their places.

    Django copies all fields for every form, choices and widgets included, which takes longer than anything else on a
    page that shows no form.
    """
    form.base_fields = _Shared(form.base_fields)
    return form
