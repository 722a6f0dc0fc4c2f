"""The four forms of one snapshot, and its charts: what stands in them, and that others can read them."""

import csv
import io
import json
import re
import time
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pypdfium2
import pytest
from django.template.loader import render_to_string
from jsonschema import Draft202012Validator
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from tests.transparency import samples
from transparency.changes import changes_between
from transparency.charts import Chart, longest_first, round_up
from transparency.csv_form import COLUMNS, csv_of
from transparency.json_form import SCHEMA_PATH, json_of
from transparency.page_form import page_of
from transparency.pdf_form import pdf_of
from transparency.reports import Report
from transparency.snapshots import sha256_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """The sample as PDF."""
    return pdf_of(samples.report())


# PDF.


def _elements(pdf: bytes) -> list[DictionaryObject]:
    """Every element of the structure tree, in the order of reading."""
    trailer: Any = PdfReader(io.BytesIO(pdf)).trailer
    root = trailer["/Root"]["/StructTreeRoot"]
    found: list[DictionaryObject] = []

    def walk(node: Any) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                found.append(node)
            walk(node.get("/K", []))

    walk(root["/K"])
    return found


def test_pdf_says_that_it_is_accessible_and_in_which_language(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Transparency report 2025"
    metadata = root["/Metadata"].get_object().get_data()
    assert re.search(rb"pdfuaid:part(>|=\")1", metadata)


def test_pdf_has_headings_table_headers_and_alternative_texts(pdf: bytes) -> None:
    elements = _elements(pdf)
    kinds = [str(element["/S"]) for element in elements]
    told = page_of(samples.report())
    assert {"/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/Figure"} <= set(kinds)
    charts = [figure for section in told["sections"] for figure in section["figures"] if figure["chart"]]
    texts = [str(element["/Alt"]) for element in elements if str(element["/S"]) == "/Figure" and "/Alt" in element]
    assert len(texts) == len(charts) == 2
    assert "URL: <11; Domain: withheld; Phone number: not collected" in texts[0]
    scopes = [element["/A"].get_object() for element in elements if str(element["/S"]) == "/TH" and "/A" in element]
    assert scopes
    # Each table begins with a row of headers.
    assert kinds.count("/THead") == kinds.count("/Table")


def _text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_pdf_holds_the_words_figures_and_marks_of_the_page(pdf: bytes) -> None:
    text = _text(pdf)
    for words in (
        "Edition 2, published 3 February 2026",
        "A company had counted twice.",
        "Nobody is named.",
        "1,234",
        "withheld",
        "not collected",
        "3 of 5 participants reported this.",
        samples.report().sha256,
    ):
        assert words in text, words


def test_pdf_and_page_say_the_same_of_the_marks(pdf: bytes) -> None:
    """A 0 can hide behind "<11" too."""
    page = render_to_string("transparency/_marks.html")
    told = {
        term: " ".join(text.split()) for term, text in re.findall(r"<dt>(.+?)</dt>\s*<dd>(.+?)</dd>", page, re.DOTALL)
    }
    assert list(told) == ["0", "&lt;11", "withheld", "not collected"]
    assert told["&lt;11"].startswith("At most ten, perhaps none")
    text = _text(pdf)
    for words in told.values():
        assert words in text, words


def test_pdf_is_made_twice_alike_and_quickly(pdf: bytes) -> None:
    begun = time.perf_counter()
    again = pdf_of(samples.report())
    assert time.perf_counter() - begun < 1
    assert again == pdf


def test_pdf_s_pages_are_neither_empty_nor_cut_off(pdf: bytes) -> None:
    """Drawn as pictures: ink on each page, none in its margins."""
    pages = pypdfium2.PdfDocument(pdf)
    for number in range(len(pages)):
        picture = pages[number].render(scale=1).to_numpy()[:, :, :3]
        ink = picture.min(axis=2) < 200
        assert ink.mean() > 0.002, number
        assert not ink[:, :60].any(), number
        assert not ink[:, -60:].any(), number
    pages.close()


def test_charts_of_the_pdf_are_in_the_accent_and_hatched(pdf: bytes) -> None:
    pages = pypdfium2.PdfDocument(pdf)
    accent = np.array([0x55, 0x5C, 0x0F])  # blue, green, red
    found = sum(
        int((np.abs(pages[number].render(scale=1).to_numpy()[:, :, :3].astype(int) - accent).max(axis=2) < 3).sum())
        for number in range(len(pages))
    )
    pages.close()
    assert found > 3_000


# CSV.


def test_csv_is_as_rfc_4180_and_its_columns_say() -> None:
    text = csv_of(samples.report())
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert tuple(rows[0]) == COLUMNS
    assert {len(each) for each in rows} == {len(COLUMNS)}
    told = [dict(zip(COLUMNS, each, strict=True)) for each in rows[1:]]
    assert len({(each["Indicator"], each["Scope"]) for each in told}) == len(told)
    for each in told:
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}", each["Reporting period"])
        is_cumulative = each["Indicator"].endswith("(cumulative)")
        assert each["Reporting period"].startswith("2000-01-01/") == is_cumulative
        assert ("Since the beginning" in each["Contextual Information"]) == is_cumulative
    values = {(each["Indicator"], each["Scope"]): each["Value"] for each in told}
    assert values["Signals shared", "Total"] == "1234"
    assert [values["Signals shared, by kind", each["scope"]] for each in samples.KINDS] == [
        "1400", "700", "0", "<11", "withheld", "not collected",
    ]  # fmt: skip


# JSON.


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """By the published schema."""
    schema = json.loads(SCHEMA_PATH.read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_json_is_as_its_schema_says(validator: Draft202012Validator) -> None:
    told = json.loads(json_of(samples.report()))
    assert list(validator.iter_errors(told)) == []
    assert told["$schema"].endswith("/transparency/schema/lantern-report-2.json")
    assert told["sha256"] == sha256_of(told["snapshot"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop("sha256"),
        lambda told: told["snapshot"].update(schema="lantern-report/3"),
        lambda told: told["snapshot"]["figures"][0]["rows"][0].update(mark="suppressed"),
        lambda told: told["snapshot"]["figures"][0].pop("definition"),
        lambda told: told["snapshot"].update(company="northwind"),
    ],
)
def test_the_schema_refuses_what_it_should(spoil: Any, validator: Draft202012Validator) -> None:
    told = json.loads(json_of(samples.report()))
    spoil(told)
    assert list(validator.iter_errors(told))


# Charts.


def _read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 -- drawn here, by nobody else


def _drawn(kind: str, rows: list[dict[str, Any]]) -> ET.Element:
    return _read(Chart("sample", "Sample & more (signals)", kind, rows).svg())


def test_bars_begin_at_zero_and_keep_their_proportions() -> None:
    svg = _drawn("bars", samples.KINDS)
    bars = svg.findall(f"{SVG}rect[@class='chart__fill']")
    assert [(bar.get("x"), bar.get("width")) for bar in bars] == [("0", "100.00%"), ("0", "50.00%")]
    texts = [text.text for text in svg.findall(f"{SVG}text")]
    assert texts[-6:] == ["URL", "<11", "Domain", "withheld", "Phone number", "not collected"]


def test_zero_suppressed_and_not_collected_look_different() -> None:
    svg = _drawn("bars", samples.KINDS)
    frames = svg.findall(f"{SVG}rect[@class='chart__frame']")
    assert [(frame.get("fill"), frame.get("stroke-dasharray")) for frame in frames] == [
        ("url(#sample-hatch)", "none"),
        ("url(#sample-hatch)", "none"),
        ("none", "2 3"),
    ]
    # One size for all: a stub tells nothing of the number.
    assert len({frame.get("width") for frame in frames}) == 1


def test_months_stand_on_zero_in_their_order() -> None:
    svg = _drawn("months", samples.BY_MONTH)
    tall = {bar.get("x"): float(bar.get("height", "0")) for bar in svg.findall(f"{SVG}rect[@class='chart__fill']")}
    bottoms = {
        float(bar.get("y", "0")) + float(bar.get("height", "0"))
        for bar in svg.findall(f"{SVG}rect[@class='chart__fill']")
    }
    assert {round(bottom, 1) for bottom in bottoms} == {160.0}
    heights = list(tall.values())
    assert len(heights) == 9
    assert heights == sorted(heights)
    assert heights[-1] / heights[0] == pytest.approx(12, rel=0.01)
    names = [text.text for text in svg.findall(f"{SVG}text[@text-anchor='middle']")]
    assert names == [month[:3] for month in samples.MONTHS]


def test_a_chart_says_in_words_what_it_draws() -> None:
    svg = _drawn("bars", samples.KINDS)
    assert svg.get("role") == "img"
    names = (svg.get("aria-labelledby") or "").split()
    assert [
        element.get("id") for element in (svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")) if element is not None
    ] == names
    assert svg.findtext(f"{SVG}title") == "Sample & more (signals)"
    assert "Payment handle: 0" in (svg.findtext(f"{SVG}desc") or "")
    assert not [element for element in svg.iter() if element.get("style") or element.tag == f"{SVG}style"]


def test_what_cannot_be_compared_is_not_drawn() -> None:
    total = [samples.row("", 5)]
    nothing = [samples.row("a", 0), samples.row("b", 0)]
    for kind, rows in (("bars", total), ("bars", nothing), ("none", samples.KINDS)):
        assert not Chart("sample", "Sample", kind, rows).is_worth_drawing
    assert Chart("sample", "Sample", "bars", samples.KINDS).is_worth_drawing


def test_labels_from_data_are_text_and_no_markup() -> None:
    svg = Chart("sample", "<script>", "bars", [samples.row("<b>", 1), samples.row("&", 2)]).svg()
    assert "<script>" not in svg
    assert "<b>" not in svg
    _read(svg)


@pytest.mark.parametrize(
    ("number", "wanted"), [(0, 1), (1, 1), (2, 2), (3, 5), (7, 10), (99, 100), (100, 100), (101, 200), (4_321, 5_000)]
)
def test_the_top_of_a_scale_is_a_round_number(number: int, wanted: int) -> None:
    assert round_up(number) == wanted


def test_the_order_of_bars() -> None:
    assert [each["shown"] for each in longest_first(samples.KINDS[::-1])] == [
        "1,400", "700", "0", "withheld", "<11", "not collected",
    ]  # fmt: skip


# The page, and what a correction lists.


def test_units_are_never_added_up_on_the_page() -> None:
    told = page_of(samples.report())
    for section in told["sections"]:
        assert [each["unit"] for each in section["totals"]["rows"]] == ["signals"]


def test_changes_are_listed_row_by_row() -> None:
    old, new = samples.snapshot(1), samples.snapshot()
    new["figures"][1]["rows"][0] = samples.row("E-mail address", 1_401)
    new["figures"][0]["definition"] = "Another definition."
    new["figures"][3]["name"] = "accounts_restricted"
    changes = changes_between(old, new)
    assert {(each["figure"], each["scope"], each["span"]) for each in changes} == {
        ("Signals shared", "Definition", ""),
        ("Signals shared, by kind", "E-mail address", "in the year"),
        ("Accounts disabled", "Total", "in the year"),
        ("Accounts disabled", "Total", "since the beginning"),
    }
    kind = next(each for each in changes if each["scope"] == "E-mail address")
    assert (kind["before"], kind["after"]) == ("1,400", "1,401")
    assert changes_between(old, samples.snapshot()) == []


def test_editions_of_the_first_schema_can_still_be_read() -> None:
    figures = [
        {
            "name": "signals_by_kind",
            "section": "sharing",
            "label": "Signals shared, by kind",
            "unit": "signals",
            "definition": "As it was.",
            "rows": [
                {"scope": "url", "label": "URL", "value": 3},
                {"scope": "email", "label": "E-mail", "value": 1_200},
            ],
        }
    ]
    old = {
        "schema": "lantern-report/1",
        "year": 2023,
        "period": "2023-01-01/2023-12-31",
        "edition": 1,
        "figures": figures,
    }
    report = Report(2023, old, sha256_of(old), 1, samples.report().published_at)
    told = page_of(report)
    shown = next(section for section in told["sections"] if section["anchor"] == "sharing")["figures"][0]
    assert [row["cells"][0]["text"] for row in shown["rows"]] == ["3", "1,200"]
    assert "E-mail" in csv_of(report)
    assert pdf_of(report).startswith(b"%PDF-")
