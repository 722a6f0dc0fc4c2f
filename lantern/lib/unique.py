"""What somebody wants and another took a moment before: only the database knows, and says it by a constraint's name."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


@contextmanager
def unless_taken(refusal: type[Exception], *constraints: str) -> Iterator[None]:
    """Run the block in a savepoint; where it runs into one of these unique constraints, raise `refusal` instead.

    Whatever else the database refuses is raised as it is.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _constraint_of(error) not in constraints:
            raise
        raise refusal from None


def _constraint_of(error: IntegrityError) -> str:
    """The name of the constraint, as the driver reads it from PostgreSQL; "" where there is none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
