"""Start the sample store: ``python -m sample_store --root DIR --port 8475 --clock 2011-06-30T06:00``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import uvicorn

from sample_store.local_time import parse_moment
from sample_store.server import StoreApp, find_apis
from sample_store.shopify import ShopifyApi
from sample_store.shopify.api import AdminApi, published_schema
from sample_store.shopify.cost import Bucket
from sample_store.store import open_store


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="sample_store", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="folder for the store's files and its cache")
    parser.add_argument("--port", type=int, default=8475)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--orders-inbox", type=Path, help="folder in which PO-*.csv appear")
    parser.add_argument("--mailbox", type=Path, help="folder in which shoppers find their mails (*.eml)")
    parser.add_argument("--clock", default="2011-06-30T06:00", help="the store's moment; local time without an offset")
    parser.add_argument("--shop-url", help="address that pages and pictures are linked with; default: host and port")
    parser.add_argument("--bucket-points", type=float, default=20_000, help="throttle: size of the bucket")
    parser.add_argument("--restore-rate", type=float, default=10_000, help="throttle: points a second that come back")
    options = parser.parse_args(arguments)
    token = os.environ.get("SAMPLE_STORE_TOKEN", "")
    if not token:
        parser.error("SAMPLE_STORE_TOKEN is not set: the store refuses every request without a token to compare with")
    try:
        clock = parse_moment(options.clock)
    except ValueError as error:
        parser.error(f"--clock {options.clock!r}: {error}")
    shop_url = options.shop_url or f"http://{options.host}:{options.port}"
    bucket = Bucket(options.bucket_points, options.restore_rate, options.bucket_points, time.monotonic())
    store = open_store(options.root, options.orders_inbox, clock, shop_url)
    published_schema()
    apis = {"shopify": ShopifyApi(store, token, AdminApi(bucket)), **find_apis(store, token)}
    app = StoreApp(store, apis, options.mailbox)
    print(f"sample store: http://{options.host}:{options.port} at {store.describe()['clock']}", flush=True)
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        date_header=False,  # the store's clock stands in Date
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
