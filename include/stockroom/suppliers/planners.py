"""Files that planners keep: promotions, prices, policies, slow carriers, what channels may show, who counts what."""

from __future__ import annotations

from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import Part, Stream, may_be_blank, needs
from stockroom.tabular import FileSource, FileStream

# Each version of a file lands whole: a row that the newest version lacks holds no longer (int_files_in_force).
PROMOTIONS = Stream(
    "planners",
    "promotions",
    key=("promotion_id",),
    checks=(Part((*needs("starts_on", "ends_on", kind="day"), *may_be_blank("discount_percent", kind="percent"))),),
)
POLICIES = Stream(
    "planners",
    "policies",
    key=("scope", "key"),
    checks=(
        Part(
            (
                *may_be_blank("service_level", "carrying_rate", kind="share"),
                *may_be_blank("review_days", "target_days_of_supply", "maximum_cover_days", kind="whole_days"),
                *may_be_blank("margin", "goodwill", "order_cost", kind="price"),
                *may_be_blank("is_seasonal", kind="flag"),
                *may_be_blank("valid_until", kind="day"),
            )
        ),
    ),
)
CARRIER_PEAKS = Stream(
    "planners",
    "carrier_peaks",
    key=("lane", "first_date"),
    about="Days on which carriers are slow, by lane; * is every lane; key: lane/first_date",
    checks=(Part((*needs("first_date", "last_date", kind="day"), *needs("added_days", kind="days"))),),
)
CHANNEL_STOCK = Stream(
    "planners",
    "channel_stock",
    key=("channel", "sku"),
    about="What a channel may show of what can be sold; sku * is all of it; key: channel/sku",
    checks=(
        Part(
            (
                *may_be_blank("share_percent", kind="percent"),
                *may_be_blank("buffer_units", kind="units_there"),
                *may_be_blank("valid_until", kind="day"),
            )
        ),
    ),
)

OVERRIDES = Stream(
    "planners",
    "overrides",
    key=("override_id",),
    about="What a buyer wants otherwise than planned, for a while; key: override_id",
    checks=(Part((*needs("set_on", "valid_until", kind="day"),)),),
)

PRICES = Stream(
    "planners",
    "prices",
    key=("sku", "from"),
    about="Prices that planners set for some days, with why and who; key: sku/from",
    checks=(
        Part(
            (
                *needs("price", kind="price"),
                *needs("from", kind="day"),
                *may_be_blank("until", kind="day"),
                *may_be_blank("usual_price", kind="price"),
            )
        ),
    ),
)
EXCHANGE_RATES = Stream(
    "planners",
    "exchange_rates",
    key=("currency", "date"),
    about="What one of another currency is worth in the store's own, by day; key: currency/date",
    checks=(Part((*needs("date", kind="day"), *needs("rate", kind="price"))),),
)
LOCATIONS = Stream(
    "planners",
    "locations",
    key=("location",),
    about="Who says what lies at a location, and when it helps out; key: location",
    checks=(Part(may_be_blank("ship_priority", kind="units")),),
)

LISTINGS = Stream(
    "planners",
    "listings",
    key=("channel", "listing", "sku", "valid_from"),
    blank_key=("valid_from",),
    about="What a listing of a channel is; key: channel/listing/sku/valid_from",
    checks=(
        Part(
            (
                *may_be_blank("units_per_listing", kind="units_each"),
                *may_be_blank("valid_from", "valid_until", kind="day"),
            )
        ),
    ),
)

PROMOTION_COLUMNS = ("promotion_id", "name", "category", "sku", "starts_on", "ends_on", "discount_percent")
POLICY_COLUMNS = (
    "scope",
    "key",
    "service_level",
    "service_kind",
    "method",
    "review_days",
    "target_days_of_supply",
    "is_seasonal",
    "set_by",
    "valid_until",
)
PRICE_COLUMNS = ("sku", "price", "from", "until", "why", "who")
EXCHANGE_RATE_COLUMNS = ("date", "currency", "rate")
CARRIER_PEAK_COLUMNS = ("lane", "first_date", "last_date", "added_days")
LISTING_COLUMNS = ("channel", "listing", "sku", "units_per_listing", "valid_from", "valid_until")
LOCATION_COLUMNS = ("location", "source_of_truth")
OVERRIDE_COLUMNS = ("override_id", "scope", "key", "kind", "value", "set_by", "set_on", "why", "valid_until")
CHANNEL_STOCK_COLUMNS = ("channel", "sku", "share_percent", "buffer_units", "set_by", "valid_until")
# Beside them a policies file may hold maximum_cover_days, margin, goodwill, order_cost and carrying_rate; where such a
# column is missing, what it would say stays as it is by default.


def folder(settings: Settings) -> Path | str:
    """Return the folder that the planners keep."""
    return settings.planners_dir


PLANNERS = FileSource(
    name="planners",
    setting="planners_dir",
    folder=folder,
    files=(
        FileStream(PROMOTIONS, pattern="promotions*.csv", columns=PROMOTION_COLUMNS),
        FileStream(PROMOTIONS, pattern="promotions*.xlsx", columns=PROMOTION_COLUMNS),
        FileStream(POLICIES, pattern="policies*.xlsx", columns=POLICY_COLUMNS),
        FileStream(POLICIES, pattern="policies*.csv", columns=POLICY_COLUMNS),
        FileStream(PRICES, pattern="prices*.csv", columns=PRICE_COLUMNS),
        FileStream(PRICES, pattern="prices*.xlsx", columns=PRICE_COLUMNS),
        FileStream(EXCHANGE_RATES, pattern="exchange_rates*.csv", columns=EXCHANGE_RATE_COLUMNS),
        FileStream(EXCHANGE_RATES, pattern="exchange_rates*.xlsx", columns=EXCHANGE_RATE_COLUMNS),
        FileStream(LISTINGS, pattern="listings*.csv", columns=LISTING_COLUMNS),
        FileStream(LISTINGS, pattern="listings*.xlsx", columns=LISTING_COLUMNS),
        FileStream(LOCATIONS, pattern="locations*.csv", columns=LOCATION_COLUMNS),
        FileStream(LOCATIONS, pattern="locations*.xlsx", columns=LOCATION_COLUMNS),
        FileStream(CARRIER_PEAKS, pattern="carrier_peaks*.csv", columns=CARRIER_PEAK_COLUMNS),
        FileStream(CARRIER_PEAKS, pattern="carrier_peaks*.xlsx", columns=CARRIER_PEAK_COLUMNS),
        FileStream(OVERRIDES, pattern="overrides*.csv", columns=OVERRIDE_COLUMNS),
        FileStream(OVERRIDES, pattern="overrides*.xlsx", columns=OVERRIDE_COLUMNS),
        FileStream(CHANNEL_STOCK, pattern="channel_stock*.csv", columns=CHANNEL_STOCK_COLUMNS),
        FileStream(CHANNEL_STOCK, pattern="channel_stock*.xlsx", columns=CHANNEL_STOCK_COLUMNS),
    ),
)
