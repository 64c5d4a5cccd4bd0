"""What another program reads of X12 files: run by the python that has it, as ``python second_partner.py FILE …``.

It is GPL, so nothing of the product's environment imports it; what it says comes back as one line of JSON a file.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any


def flat(nodes: list[dict[str, Any]]) -> Iterator[list[str]]:
    """Yield segments in their order, each as its tag and its elements."""
    for node in nodes:
        tag = node["BOTSID"]
        positions: dict[int, str] = {}
        for name, value in sorted(node.items()):
            place, _, _ = name.removeprefix(tag).partition(".")  # AK401.01: the first part of a composite
            if name.startswith(tag) and place.isdigit():
                positions[int(place)] = ">".join(filter(None, (positions.get(int(place)), str(value))))
        yield [tag, *(positions.get(place, "") for place in range(1, max(positions, default=0) + 1))]
        yield from flat(node.get("_children", []))


def main(names: list[str]) -> None:
    """Print what it reads of each file, or what it finds wrong."""
    import edi_parser  # in the tools' environment alone

    logging.disable(logging.CRITICAL)
    for name in names:
        read = edi_parser.parse_file(
            filepath=name, editype="x12", messagetype="x12", field_validation_mode="strict", continue_on_error=False
        )
        tree = read["data"]["children"] if read["success"] else []
        print(json.dumps({"errors": [str(error) for error in read["errors"]], "segments": list(flat(tree))}))


if __name__ == "__main__":
    main(sys.argv[1:])
