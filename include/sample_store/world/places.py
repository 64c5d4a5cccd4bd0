"""The store's three locations (simulated): where they are and which sales they serve."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Location:
    """A warehouse of the store."""

    location_id: str
    name: str
    address: str
    city: str
    postcode: str
    country_code: str
    number: int
    """The number in Shopify's id."""


LOCATIONS = (
    Location("LONDON", "London", "14 Wharf Lane", "London", "E16 0AA", "GB", 61001),
    Location("MANCHESTER", "Manchester", "Unit 7, Canal Works", "Manchester", "M17 0AB", "GB", 61002),
    Location("ROTTERDAM", "Rotterdam", "Havenkade 120", "Rotterdam", "3011 AA", "NL", 61003),
)
LONDON, MANCHESTER, ROTTERDAM = 0, 1, 2

COUNTRY_CODES = {
    "Australia": "AU",
    "Austria": "AT",
    "Bahrain": "BH",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Channel Islands": "JE",
    "Cyprus": "CY",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "EIRE": "IE",
    "European Community": None,
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hong Kong": "HK",
    "Iceland": "IS",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Lebanon": "LB",
    "Lithuania": "LT",
    "Malta": "MT",
    "Netherlands": "NL",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "USA": "US",
    "United Arab Emirates": "AE",
    "United Kingdom": "GB",
    "Unspecified": None,
}
"""The source's country names as ISO codes; none where the source does not say."""
