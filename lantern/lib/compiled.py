"""Queries that are asked at nearly every step, with their SQL made once.

Django takes several times as long to make SQL of a queryset as PostgreSQL takes to answer a short one. A
`CompiledQuery` makes it at the first asking and fills in its parameters at each.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value


class Parameter(Value):
    """A place in a queryset for what is known when it is asked."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Itself stands among the statement's parameters, to be replaced."""
        return "%s", (self,)


class CompiledQuery:
    """Decorates a function that makes a queryset of values, which is called once.

    What it is made of must not change while the process runs, but for its `Parameter`s.
    """

    def __init__(self, make: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self._make = make

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What the database answers, as it comes from there, with `values` for the parameters."""
        sql, parameters = self._statement
        with connection.cursor() as cursor:
            cursor.execute(sql, [values[p.value] if isinstance(p, Parameter) else p for p in parameters])
            return list(cursor.fetchall())

    @cached_property
    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = self._make().query.sql_with_params()
        return sql, tuple(parameters)
