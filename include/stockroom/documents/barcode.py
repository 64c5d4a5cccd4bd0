"""Code 128: a number as bars that a scanner at the goods-in desk reads."""

from __future__ import annotations

# Six widths a sign, bar and space in turn, for the values 0 to 105; then the stop sign's (ISO/IEC 15417, table 1).
_DIGITS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
_WIDTHS = [_DIGITS[at : at + 6] for at in range(0, len(_DIGITS), 6)]
_STOP = "2331112"
_START_B = 104
_FIRST, _LAST = " ", "\x7f"


def code_128_widths(text: str) -> list[int]:
    """Return the widths of bars and spaces in turn, in modules, beginning with a bar; quiet zones are the page's.

    Code set B throughout: every printable sign of ASCII. The check sign is the sum of the values, each times its
    place, modulo 103.

    >>> code_128_widths("A")[:12]
    [2, 1, 1, 2, 1, 4, 1, 1, 1, 3, 2, 3]

    Raises:
        ValueError: a sign that code set B lacks.
    """
    if not text or not all(_FIRST <= sign <= _LAST for sign in text):
        raise ValueError(f"{text!r} cannot be written in Code 128 B; it takes printable ASCII")
    values = [ord(sign) - ord(_FIRST) for sign in text]
    widths = [_WIDTHS[_START_B], *(_WIDTHS[value] for value in values), _WIDTHS[check_value(text)], _STOP]
    return [int(width) for sign in widths for width in sign]


def check_value(text: str) -> int:
    """Return the value of the check sign.

    >>> check_value("Wikipedia")
    88
    """
    places = enumerate(text, start=1)
    return (_START_B + sum(place * (ord(sign) - ord(_FIRST)) for place, sign in places)) % 103
