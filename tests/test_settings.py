"""Settings are read once, and what cannot be meant is named with its mend."""

from __future__ import annotations

import pytest

from stockroom.settings import Settings, SettingsError

NEEDED = {
    f"STOCKROOM_{name}": "/x" for name in ("WAREHOUSE_URL", "LANDING_URL", "DOCUMENTS_DIR", "OUTBOX_DIR", "REPORTS_DIR",
    "DBT_DIR")
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("APPROVAL_TRESHOLD", "500", "STOCKROOM_APPROVAL_THRESHOLD may be meant"),
        ("CURRENCY", "pounds", "give its code, such as GBP"),
        ("REFUSAL_DAYS", "-1", "STOCKROOM_REFUSAL_DAYS='-1' is too few; give 0 or more"),
        ("STOREFRONT_ASKS_A_MINUTE", "0", "give 1 or more"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named_with_its_mend(name, value, says):
    with pytest.raises(SettingsError, match=says):
        Settings.from_environment({**NEEDED, f"STOCKROOM_{name}": value})


def test_what_a_channel_reads_is_kept_for_it():
    found = Settings.from_environment({**NEEDED, "STOCKROOM_SHOPIFY_URL": "https://shop.example"})
    assert found.value("shopify_url") == "https://shop.example"
