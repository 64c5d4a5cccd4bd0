"""The catalogue: one product a folded SKU. Title and price are the source's, the rest is simulated."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from statistics import median

from sample_store.draws import between, uniform
from sample_store.world.source import SourceLines, is_product_code, looks_like_a_title
from sample_store.world.suppliers import NEW_SUPPLIER, SUPPLIERS

CATEGORY_WORDS = (
    ("christmas", "CHRISTMAS XMAS ADVENT SANTA SNOWFLAKE REINDEER SNOWMAN NATIVITY BAUBLE SNOWY"),
    (
        "lighting",
        "LIGHT LIGHTS LANTERN LAMP CANDLE CANDLES T-LIGHT T-LIGHTS CHANDELIER CANDLESTICK CANDLEHOLDER",
    ),
    ("bags", "BAG BAGS SHOPPER HANDBAG PURSE LUGGAGE RUCKSACK SATCHEL WALLET"),
    (
        "kitchen",
        "MUG MUGS CUP CUPS TEA COFFEE CAKE CAKES BAKING KITCHEN PLATE PLATES BOWL BOWLS JAR JUG SPOON SPOONS TEAPOT"
        " APRON SPICE EGG TRAY LUNCH CUTLERY PANTRY BREAD TEATIME NAPKINS COASTER CUTTERS TIN TINS BOTTLE CAKESTAND",
    ),
    (
        "stationery",
        "CARD CARDS PAPER WRAP NOTEBOOK PENCIL PENCILS PEN STICKERS ENVELOPE JOURNAL CALENDAR TAPE STAMP RIBBON RIBBONS"
        " GIFTWRAP TISSUE TISSUES BOOK BOOKS ERASER MAGNETS MAGNET TAGS",
    ),
    (
        "toys",
        "TOY TOYS GAME GAMES DOLL PUZZLE BEAR SKITTLES PLAYHOUSE JIGSAW DOMINOES BUNNY KIDS CHILDRENS CHILDS BABY"
        " SKIPPING TRAIN SPACEBOY DOLLY CIRCUS",
    ),
    (
        "garden",
        "GARDEN PLANT PLANTER WATERING HERB HERBS BIRD FLOWERPOT PARASOL PARASOLS TROWEL GLOVES BIRDHOUSE POT POTS",
    ),
    (
        "jewellery",
        "NECKLACE BRACELET EARRINGS RING BROOCH JEWELLERY BEAD BEADS BANGLE HAIRCLIP HAIRSLIDE HAIRBAND CHARM TRINKET",
    ),
    (
        "textiles",
        "CUSHION CUSHIONS THROW QUILT TOWEL TOWELS CURTAIN RUG MAT DOORMAT FABRIC KNITTED SCARF SLIPPERS COVER BLANKET",
    ),
    ("party", "PARTY BUNTING BALLOON BALLOONS GARLAND BIRTHDAY WEDDING CONFETTI FAN VALENTINE"),
    (
        "signs and frames",
        "SIGN FRAME FRAMES CLOCK PICTURE MIRROR BLACKBOARD CHALKBOARD WALL HOOK HOOKS HANGER HANGERS KNOB DOORSTOP",
    ),
    ("storage", "BOX BOXES BASKET CABINET DRAWER DRAWERS STORAGE TIDY CASES CRATE RACK STAND SHELF HOLDER"),
)
OTHER_CATEGORY = "home"

DISCONTINUED_SHARE = 0.35
"""Of the products that nobody wanted any more by spring."""


@dataclass(frozen=True)
class Product:
    """One product with its one variant, and how its supplier sells it."""

    number: int
    """Position in the catalogue; ids are made of it."""
    sku: str
    title: str
    handle: str
    category: str
    price_pence: int
    cost_pence: int
    barcode: str
    supplier_id: str
    supplier_sku: str
    pack_units: int
    minimum_order_units: int


def build_catalogue(source: SourceLines, first_wanted: dict[str, int]) -> tuple[Product, ...]:
    """Return the products in order of their SKUs.

    ``first_wanted`` maps each SKU to the first moment somebody asked for it: late and few in London decides who may
    come from the new supplier. A SKU that never had a title or a price is left out; its lines stay in what is served.
    """
    titles: dict[str, Counter[str]] = {}
    prices: dict[str, list[float]] = {}
    for sku, description, price, units in zip(
        source.sku, source.description, source.unit_price.tolist(), source.units.tolist(), strict=True
    ):
        if units > 0 and price > 0 and is_product_code(sku) and looks_like_a_title(description):
            if sku not in titles:
                titles[sku], prices[sku] = Counter(), []
            titles[sku][squeezed(description)] += 1
            prices[sku].append(price)
    newcomers = set(sorted((sku for sku in titles if sku in first_wanted), key=lambda sku: -first_wanted[sku])[40:62])
    products = []
    for number, sku in enumerate(sorted(titles)):
        title = _most_frequent(titles[sku])
        price_pence = max(4, round(median(prices[sku]) * 100))
        supplier_id = NEW_SUPPLIER if sku in newcomers else _draw_supplier(sku)
        pack = _pack_units(sku, price_pence)
        products.append(
            Product(
                number=number,
                sku=sku,
                title=title.title().replace("'S ", "'s "),
                handle=f"{re.sub('[^a-z0-9]+', '-', title.lower()).strip('-')}-{sku.lower()}",
                category=category_of(title),
                price_pence=price_pence,
                cost_pence=max(1, round(price_pence * between(0.36, 0.58, "cost", sku))),
                barcode=_barcode(number),
                supplier_id=supplier_id,
                supplier_sku=f"{supplier_id}-{10_000 + number * 7}",
                pack_units=pack,
                minimum_order_units=pack * (1, 1, 2, 4)[int(uniform("moq", sku) * 4)],
            )
        )
    return tuple(products)


@cache
def squeezed(text: str) -> str:
    """Return a text without padding and double blanks."""
    return " ".join(text.split())


def category_of(title: str) -> str:
    """Return the first category one of whose words stands in the title.

    >>> category_of("WHITE METAL LANTERN"), category_of("SET OF 3 HEARTS")
    ('lighting', 'home')
    """
    words = set(title.upper().replace(",", " ").split())
    return next((name for name, keys in CATEGORY_WORDS if not words.isdisjoint(keys.split())), OTHER_CATEGORY)


def _most_frequent(counts: Counter[str]) -> str:
    return min(counts, key=lambda title: (-counts[title], title))


def _draw_supplier(sku: str) -> str:
    draw = uniform("supplier", sku) * sum(each.share for each in SUPPLIERS)
    for supplier in SUPPLIERS:
        draw -= supplier.share
        if draw < 0:
            return supplier.supplier_id
    return SUPPLIERS[0].supplier_id


def _pack_units(sku: str, price_pence: int) -> int:
    options = (
        (12, 24, 48)
        if price_pence < 100
        else (6, 12, 12)
        if price_pence < 400
        else (2, 4, 6)
        if price_pence < 1000
        else (1, 1, 2)
    )
    return options[int(uniform("pack", sku) * 3)]


def _barcode(number: int) -> str:
    """Return an EAN-13 from the range kept for use inside one company (prefix 20)."""
    digits = f"20{number:010}"
    check = -sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(digits)) % 10
    return digits + str(check)
