"""Regular expressions stay linear: none of ours is held up by text made to hold it up."""

import ast
import importlib
import re
import signal
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

LENGTH = 50_000
"""Characters. Linear work on them is a matter of milliseconds, quadratic work of many seconds."""
PATIENCE = 3.0
COMMON = "a0 .-/:@\t\n"
ENDS = ("", "\x00", "!")
METHODS = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
FOLDERS = [config.name for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
FILES = [path for folder in FOLDERS for path in sorted((settings.BASE_DIR / folder).rglob("*.py"))]


def _used() -> dict[str, set[str]]:
    """By which of its methods each name that looks like a pattern is asked, anywhere."""
    used: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                used[name].add(node.attr)
    return used


def _patterns() -> Iterator[Any]:
    """(module and name, the pattern, its methods), each pattern once."""
    used, known = _used(), set()
    for path in FILES:
        parts = path.relative_to(settings.BASE_DIR).with_suffix("").parts
        if {"bench", "demo"} & {*parts} or "re.compile(" not in path.read_text(encoding="utf-8"):
            continue
        module = importlib.import_module(".".join(part for part in parts if part != "__init__"))
        owners = [module, *(each for each in vars(module).values() if isinstance(each, type))]
        for name, found in [pair for owner in owners for pair in vars(owner).items()]:
            if isinstance(found, re.Pattern) and (found.pattern, found.flags) not in known:
                known.add((found.pattern, found.flags))
                yield pytest.param(found, used[name], id=f"{module.__name__}.{name}")


PATTERNS = list(_patterns())


def _pumped(pattern: re.Pattern[Any]) -> Iterator[str]:
    """What a pattern may stumble over: what stands in it, once and in pairs, again and again, and an end that fails."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = sorted({each for each in text if each.isprintable()} - set("\\[](){}?*+|^$"))[:8]
    pumps = {*COMMON, *own, *map("".join, product(own, repeat=2))}
    for pump, end in product(sorted(pumps), ENDS):
        yield pump * (LENGTH // len(pump)) + end


def _held_up(_signal: int, _frame: object) -> None:
    raise TimeoutError


@pytest.fixture
def impatient() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _held_up)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def _stumbles(pattern: re.Pattern[Any], methods: set[str]) -> str:
    """The method and the beginning of a text with which the pattern takes its time; "" where none does."""
    for text, method in product(_pumped(pattern), sorted(methods)):
        asked: Any = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        try:
            getattr(pattern, method)(asked)
        except TimeoutError:
            return f"{method} {text[:8]!r}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("pattern", "methods"), PATTERNS)
def test_a_pattern_is_not_held_up(pattern: re.Pattern[Any], methods: set[str]) -> None:
    assert methods
    anywhere = {"search"} if methods - {"match", "fullmatch"} else set()
    assert _stumbles(pattern, methods & {"match", "fullmatch"} | anywhere) == ""


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("text", "method"), [(r"(a+)+b", "fullmatch"), (r"\s+$", "search"), (r"(\d|\d\d)*x", "match")])
def test_this_would_find_one_that_is(text: str, method: str) -> None:
    assert _stumbles(re.compile(text), {method})


def test_there_are_patterns_to_look_at() -> None:
    assert len(PATTERNS) > 30
