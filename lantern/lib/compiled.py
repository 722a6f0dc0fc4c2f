"""Queries that are asked at nearly every step, with their SQL made once and planned once.

Django takes several times as long to make SQL of a queryset as PostgreSQL takes to answer a short one, and PostgreSQL
longer to plan it. A `CompiledQuery` makes it at the first asking, keeps it prepared on each connection, and fills in
its parameters at each.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import NotSupportedError, connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import BooleanField, Expression, Func, Model, QuerySet, Value
from django.db.models.query import get_related_populators
from psycopg import sql

Row = TypeVar("Row")
Kind = TypeVar("Kind", bound=Model)
PLACE = re.compile("%[s%]")


class Parameter(Value):
    """A place in a queryset for what is known when it is asked."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Itself stands among the statement's parameters, to be replaced."""
        return "%s", (self,)


class IsAnyOf(Func):
    """Whether something is one of a list that is known when it is asked (`__in` wants to know how long it is)."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()
    conditional = True

    def __init__(self, one: Expression | str, many: Parameter) -> None:
        super().__init__(one, many)


@dataclass(frozen=True)
class _Statement:
    """SQL with a name at each place, and what makes rows of a model of what it gives."""

    text: str
    names: frozenset[str]
    compiler: Any

    @cached_property
    def converters(self) -> dict[int, Any]:
        """By column, what makes Python's values of the database's."""
        columns = [column[0] for column in self.compiler.select[: self.compiler.col_count]]
        made: dict[int, Any] = self.compiler.get_converters(columns)
        return made


@contextmanager
def prepared_cursor() -> "Iterator[Any]":
    """A cursor whose statements are kept prepared on their connection: for those that are asked again and again.

    All others are bound by the client, and psycopg keeps nothing of them: it would be their values as well.
    """
    # What `connection.cursor()` does, which would make one of the other kind first.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    before, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        with connection._prepare_cursor(ServerBindingCursor(raw)) as cursor:  # type: ignore[attr-defined,call-arg]
            yield cursor
    except NotSupportedError:
        # A migration has changed the columns that a kept statement answers with. It is forgotten with the connection,
        # or where there is a transaction with its end.
        if not connection.in_atomic_block:
            connection.close()
        raise
    finally:
        raw.prepare_threshold = before


class CompiledQuery(Generic[Kind, Row]):
    """Decorates a function that makes a queryset, which is called once.

    What it is made of must not change while the process runs, but for its `Parameter`s. What else it compares with
    stands in the SQL itself, so that a plan that is kept can use the indexes that hold only a part of a table.
    """

    def __init__(self, make: Callable[[], "QuerySet[Kind, Row]"]) -> None:
        self._make = make

    def rows(self, **values: Any) -> list[Row]:
        """What the database answers, as it comes from there, with `values` for the parameters."""
        statement = self._statement
        if missing := statement.names - values.keys():
            raise KeyError(*missing)
        try:
            return self._ask(statement.text, values)
        except NotSupportedError:
            if connection.in_atomic_block:
                raise
            return self._ask(statement.text, values)

    def objects(self, **values: Any) -> list[Kind]:
        """The same as rows of the model, with what the queryset selects beside them."""
        return list(self._objects(self.rows(**values)))

    def first(self, **values: Any) -> Kind | None:
        """The first of them, if there is one."""
        return next(self._objects(self.rows(**values)), None)

    def _ask(self, text: str, values: Mapping[str, Any]) -> list[Row]:
        with prepared_cursor() as cursor:
            cursor.execute(text, values)
            return list(cursor.fetchall())

    def _objects(self, rows: list[Any]) -> Iterator[Kind]:
        compiler = self._statement.compiler
        found = compiler.apply_converters(rows, self._statement.converters) if self._statement.converters else rows
        model, (first, end), names, beside = self._shape
        for row in found:
            one = model.from_db(connection.alias, names, row[first:end])
            for populator in beside:
                populator.populate(row, one)
            for name, column in compiler.annotation_col_map.items():
                setattr(one, name, row[column])
            yield one

    @cached_property
    def _shape(self) -> tuple[type[Kind], tuple[int, int], list[str], list[Any]]:
        """The model, where its columns are among a row's, what they are called, and what fills in related rows."""
        compiler = self._statement.compiler
        columns = compiler.klass_info["select_fields"]
        first, end = columns[0], columns[-1] + 1
        names = [column[0].target.attname for column in compiler.select[first:end]]
        beside = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]
        return compiler.klass_info["model"], (first, end), names, beside

    @cached_property
    def _statement(self) -> _Statement:
        compiler = self._make().query.get_compiler(connection=connection)
        text, parameters = compiler.as_sql()
        connection.ensure_connection()
        given, names = iter(parameters), set()

        def in_place(found: "re.Match[str]") -> str:
            if found[0] == "%%":
                return "%%"
            parameter = next(given)
            if isinstance(parameter, Parameter):
                names.add(parameter.value)
                return f"%({parameter.value})s"
            return sql.Literal(parameter).as_string(connection.connection).replace("%", "%%")

        return _Statement(PLACE.sub(in_place, text), frozenset(names), compiler)
