"""From whom each SKU is bought on a plan date, where several suppliers offer it; and why."""

from __future__ import annotations

from datetime import date
from importlib import resources
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning import Policy
from stockroom.planning.exchange import ExchangeRates
from stockroom.planning.overrides import OverrideBook
from stockroom.planning.promises import KeptPromises
from stockroom.planning.supplier_choice import Choice, Need, Offer, choose_supplier, read_shares
from stockroom.warehouse.plans_dates import out_days


def choose_offers(
    connection: psycopg.Connection,
    *,
    plan_date: date,
    rates: ExchangeRates,
    default: Policy,
    wanted: OverrideBook,
    kept: KeptPromises,
) -> dict[str, str]:
    """Choose among the suppliers of each SKU, for ``plans_items.sql`` to read, and return the reasons by SKU.

    What a buyer wants comes first, then shares, then cost in the base currency: an offer in money of which no rate is
    known is not compared. One supplier serves all locations of a SKU.
    """
    categories: dict[str, str] = {}
    if wanted.overrides:
        categories = dict(connection.execute("select sku, coalesce(category, '') from marts.dim_skus").fetchall())
    connection.execute("create temporary table chosen_offers (sku text, offer_rank integer) on commit drop")
    statement = resources.files("stockroom.warehouse").joinpath("plans_offers.sql").read_bytes()
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        known = {"currencies": list(rates.rates), "rates": [one.rate for one in rates.rates.values()]}
        rows: list[Any] = cursor.execute(
            statement, {"plan_date": plan_date, "currency": rates.base, **known}
        ).fetchall()
    reasons: dict[str, str] = {}
    with connection.cursor() as writer, writer.copy("copy chosen_offers from stdin") as copy:
        for sku, same in groupby(rows, key=lambda row: row.sku):
            offers = list(same)
            choice = _choice(sku, offers, default, wanted, categories.get(sku, ""), kept)
            reasons[sku] = choice.reason
            copy.write_row((sku, next(row.offer_rank for row in offers if row.supplier_id == choice.supplier)))
    connection.execute("analyze chosen_offers")
    return reasons


def _choice(
    sku: str, rows: list[Any], default: Policy, wanted: OverrideBook, category: str, kept: KeptPromises
) -> Choice:
    place = {"sku": sku, "location_id": "", "supplier": "", "category": category}
    names = {row.supplier_id for row in rows}
    named = wanted.find("supplier", **place)
    if named is not None and named.wanted in names:
        return Choice(named.wanted, f"{named.wanted}, as {named.said}")
    share = wanted.find("share", **place)
    shares = read_shares(share.wanted) if share is not None else {}
    offers = [
        Offer(
            supplier=row.supplier_id,
            landed_unit_cost=float(row.landed_unit_cost),
            least_units=row.least_units,
            shipments=row.shipments,
            shipment_days=float(row.shipment_days),
            shipment_sd_days=float(row.shipment_sd_days),
            quoted_days=None if row.quoted_lead_time_days is None else float(row.quoted_lead_time_days),
            out_days=out_days(row, kept),
            units_lately=int(row.units_lately),
            is_usual=row is rows[0],
        )
        for row in rows
    ]
    need = Need(
        units_per_day=float(rows[0].units_per_day),
        demand_variance=float(rows[0].demand_variance),
        position_units=int(rows[0].position_units),
        carrying_rate=default.carrying_rate,
    )
    return choose_supplier(offers, need, shares=shares if set(shares) & names else None)
