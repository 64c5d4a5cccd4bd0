"""Small stores of every kind of item, and policies of every kind, for laws that hold of all of them."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import strategies as st

from stockroom.planning import CarrierPeak, Closure, ItemHistory, LeadTimeHistory, Policy, SupplierCalendar

DAYS, AHEAD = 120, 40
AS_OF_DATE = date(2011, 6, 30)
DATES = np.arange(DAYS) + np.datetime64(AS_OF_DATE) - DAYS

HOLIDAYS = SupplierCalendar(
    closures=(
        Closure("S01", date(2011, 7, 4), date(2011, 7, 17)),
        Closure("S01", date(2011, 7, 15), date(2011, 7, 20)),
        Closure("S02", date(2011, 5, 20), date(2011, 6, 2)),
        Closure("S03", date(2011, 6, 20), date(2011, 7, 3)),
    ),
    peaks=(CarrierPeak(date(2011, 6, 25), date(2011, 7, 8), 4.0), CarrierPeak(AS_OF_DATE, AS_OF_DATE, 9.0, "sea")),
)
ORDER_COSTS = st.sampled_from([0.0, 10.0])
REVIEWS = st.sampled_from([1.0, 7.0])

policies = st.one_of(
    st.builds(
        Policy,
        method=st.sampled_from(["simple", "classic", "both_variances", "quantile"]),
        service_level=st.sampled_from([0.5, 0.8, 0.95, 0.99]),
        service_kind=st.sampled_from(["cycle", "fill"]),
        review_days=REVIEWS,
        velocity_days=st.sampled_from([30, 60, 90]),
        order_cost=ORDER_COSTS,
    ),
    st.builds(Policy, review_days=REVIEWS, order_cost=ORDER_COSTS, goodwill=st.sampled_from([0.0, 5.0])),
)


@st.composite
def stores(draw) -> tuple[ItemHistory, LeadTimeHistory]:
    """Return a small store of every kind of item: dead, new, lumpy, out of stock, oversold, without a quoted time."""
    n = draw(st.integers(1, 6))
    calendar = draw(st.sampled_from(["", "promotion", "price", "promotion price", "days price"]))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rate = numbers.choice([0.0, 0.05, 1.0, 20.0], n)
    units = numbers.poisson(rate[:, None], (n, DAYS)) * numbers.choice([1, 1, 40], (n, 1))
    shelf = numbers.choice([np.nan, 0.0, 0.5, 1.0], (n, DAYS))
    shelf[numbers.random(n) < 0.2] = 0.0
    promotion = np.repeat(numbers.choice([0.0, 0.0, 0.1, 0.5, 1.0], (n, (DAYS + AHEAD) // 5)), 5, axis=1)
    history = ItemHistory(
        dates=DATES,
        units_sold=units,
        promotion=promotion if "promotion" in calendar else promotion > 0 if "days" in calendar else None,
        price=numbers.choice([np.nan, 0.0, 3.0, 4.0, 5.0], (n, DAYS + AHEAD)) if "price" in calendar else None,
        unit_price=numbers.uniform(0, 9, n),
        unit_cost=numbers.choice([0.0, 1.5, 4.0], n),
        supplier=numbers.choice(["S01", "S02", "S03"], n),
        category=numbers.choice(["mugs", "bags"], n),
        fraction_in_stock=shelf,
        sold_out=numbers.random((n, DAYS)) < 0.1,
        on_hand=numbers.integers(0, 200, n),
        committed=numbers.integers(0, 30, n),
        backorders=numbers.integers(0, 10, n),
        on_order=[[(int(numbers.integers(0, 50)), float(numbers.integers(-3, 60)))] for _ in range(n)],
        quoted_lead_time_days=numbers.choice([np.nan, 5.0, 30.0], n),
        supplier_out_days=numbers.choice([0.0, 0.0, 9.0], n),
        lane=numbers.choice(["", "road", "sea"], n),
        pack_units=numbers.choice([1, 6, 12], n),
        minimum_order_units=numbers.choice([1, 10, 500], n),
        price_breaks=[[(12, 1.2), (int(numbers.integers(13, 900)), 0.7)][: numbers.integers(0, 3)] for _ in range(n)],
    )
    m = draw(st.integers(0, 12))
    lead_times = LeadTimeHistory(
        supplier=numbers.choice(["S01", "S02"], m),
        days=numbers.lognormal(2.5, 0.6, m),
        lane=numbers.choice(["road", "sea"], m),
        age_days=numbers.uniform(0, 200, m),
        is_open=numbers.random(m) < 0.3,
        calendar=draw(st.sampled_from([SupplierCalendar(), HOLIDAYS])),
    )
    return history, lead_times
