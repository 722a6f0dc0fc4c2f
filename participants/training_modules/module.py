"""What a module is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One possible answer, and what is said to somebody who chose it."""

    name: str
    text: str
    because: str
    is_right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with exactly one right answer. Its name is that of its form field."""

    name: str
    text: str
    options: tuple[Option, ...]

    def option(self, name: str) -> Option | None:
        """The option of that name, or None."""
        return next((option for option in self.options if option.name == name), None)

    @property
    def right(self) -> Option:
        """The right answer. Never on a page before it was chosen."""
        return next(option for option in self.options if option.is_right)


@dataclass(frozen=True)
class Module:
    """One lesson of the training. `minutes` is what reading and answering take most people."""

    slug: str
    version: int
    title: str
    summary: str
    minutes: int
    questions: tuple[Question, ...]

    @property
    def template(self) -> str:
        """Where its text stands."""
        return f"participants/training/{self.slug}.html"
