"""Serve the storefront: ``python -m stockroom.storefront --port 8090``."""

from __future__ import annotations

import argparse

import uvicorn

from stockroom.settings import Settings
from stockroom.storefront.app import storefront


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m stockroom.storefront", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    # The access log would hold tokens, which end requests.
    uvicorn.run(
        storefront(Settings.from_environment()), host=given.host, port=given.port, access_log=False, log_level="warning"
    )


if __name__ == "__main__":
    main()
