"""A template fills in fields and words of an order, and carries out nothing; what was sent can be set again."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.documents.orders import LINE, ORDER, order_with_lines

from stockroom.documents.order_papers import paper_as_json, paper_from_json, with_reasons
from stockroom.documents.order_templates import UnusableTemplateError, read_template, with_template
from stockroom.documents.purchase_orders import (
    PurchaseOrder,
    Release,
    purchase_order_csv,
    purchase_order_pdf,
    purchase_order_xlsx,
)

GERMAN = """
company = "Beispiel GmbH"
address = ["Hofweg 1", "20095 Hamburg"]
payment_terms = "14 Tage netto"
locale = "de-DE"
tax_note = "Steuerschuldnerschaft des Leistungsempfängers"
note = "Es gelten unsere Einkaufsbedingungen."
[words]
"Purchase order" = "Bestellung"
"Wanted by" = "Liefertermin"
"Order total" = "Gesamtbetrag"
lines = "Positionen"
"""
RELEASED = replace(ORDER, release=Release("Jane Buyer", date(2011, 6, 30)))
reads_pages = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reading a PDF back needs poppler-utils")


def page_of(order: PurchaseOrder) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=purchase_order_pdf(order), capture_output=True, check=True
    )
    return done.stdout.decode()


@reads_pages
def test_an_order_looks_as_its_suppliers_template_wants_it():
    order = with_template(replace(order_with_lines(2), release=RELEASED.release), read_template("g", GERMAN.encode()))
    page = page_of(order)
    for text in (
        "Bestellung", "Beispiel GmbH", "Hofweg 1 · 20095 Hamburg", "14 Tage netto", "LIEFERTERMIN", "30. Juni 2011",
        "Gesamtbetrag", "2 Positionen", "120,00", "Steuerschuldnerschaft", "Es gelten unsere Einkaufsbedingungen.",
    ):  # fmt: skip
        assert text in page
    assert "Purchase order" not in page


@reads_pages
@pytest.mark.parametrize("text", ["#panic()", "*b* $x$ #sys.inputs", "{{ 7 * 7 }}"])
def test_what_a_template_says_is_printed_and_never_carried_out(text):
    template = read_template("t", f"note = '{text}'\n[words]\n\"Order total\" = '{text}'".encode())
    assert page_of(with_template(RELEASED, template)).count(text) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("adress = []", "adress is no field of a template; there are company"),
        ("company = 7", "company is not of texts"),
        ("address = 'Hofweg 1'", "address is not of texts"),
        ("words = {'Purchase order' = 1}", "words is not of texts"),
        ("words = {'Purchase Order' = 'Bestellung'}", "'Purchase Order' is nothing that an order says"),
        ("locale = 'xx'", "locale 'xx' is not known; give one of en-GB"),
        ("logo = '../secret.svg'", "is no SVG file beside it"),
        ("company = ", "write fields as"),
    ],
)
def test_a_template_that_cannot_be_meant_is_refused_with_file_and_mend(content, why):
    with pytest.raises(UnusableTemplateError) as refused:
        read_template("acme", content.encode())
    assert str(refused.value).startswith("acme.toml: ")
    assert why in str(refused.value)


def test_another_text_is_another_version():
    one, other = (read_template("t", f"note = '{note}'".encode()).version for note in ("a", "b"))
    assert one != other
    assert with_template(RELEASED, read_template("t", b"note = 'a'")).template == f"t {one}"


def test_what_was_sent_is_set_again_to_the_same_bytes_without_our_reasons():
    line = replace(LINE, unit_cost=Decimal("2.5000"), terms={"order_units": 24})
    order = with_template(replace(RELEASED, lines=(line,), version=3, replaces=2), read_template("g", GERMAN.encode()))
    kept = json.loads(json.dumps(paper_as_json(order)))
    assert "stock lasts" not in json.dumps(kept)
    again = paper_from_json(kept)
    for written in (purchase_order_pdf, purchase_order_csv, purchase_order_xlsx):
        assert written(again) == written(order)
    assert with_reasons(again, order) == order
