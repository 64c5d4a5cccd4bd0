"""The text under an approver's question says what, why and what waiting costs, and data in it stays text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from stockroom.documents.order_question import OrderQuestion, QuestionLine, order_question


def question(**given) -> OrderQuestion:
    row = {
        "po_number": "PO-000001", "version": 1, "supplier_name": "Mug Makers", "location_id": "LONDON",
        "currency": "GBP", "value": Decimal(3000), "requested_date": date(2011, 7, 10), "units": 24,
        "why": "above the approval threshold of 2,000.00 GBP", "first_yes": "", "margin_per_day": 12.5,
        "base_currency": "GBP", "exchange_rate": None, "rate_date": None, "first_out_in_days": 3.4, "lines": (item(),),
    }  # fmt: skip
    return OrderQuestion(**{**row, **given})


def item(number=1, *, sku="MUG", description="Blue mug") -> QuestionLine:
    return QuestionLine(number, sku, description, 24, Decimal("2.50"), Decimal("60.00"), "nothing is left")


def test_it_says_what_it_is_why_a_person_is_asked_and_what_being_late_costs():
    text = order_question(question())
    assert "**£3,000.00** to **Mug Makers** for LONDON, wanted by 10 July 2011: 1 line, 24 units." in text
    assert "**Why a person is asked:** above the approval threshold of 2,000.00 GBP." in text
    assert "up to £12.50 of margin a day on lines that run out before; the first of them lasts 3 days." in text
    assert "| 1 | **MUG** Blue mug | 24 | 2.50 | 60.00 | nothing is left |" in text


def test_it_says_who_agreed_already():
    assert "**ann agreed.** An order of this size needs a second person." in order_question(question(first_yes="ann"))


def test_of_many_lines_ten_are_shown_and_the_rest_counted():
    text = order_question(question(lines=tuple(item(number) for number in range(1, 41))))
    assert text.count("**MUG**") == 10
    assert "These are the 10 lines of most value out of 40." in text


def test_marks_in_names_from_outside_are_shown_and_not_followed():
    text = order_question(question(lines=(item(description="[click](http://evil.example) | <b>\n# x"),)))
    assert r"\[click\]\(http://evil.example\) \| \<b\> \# x" in text
