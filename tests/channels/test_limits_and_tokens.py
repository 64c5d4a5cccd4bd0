"""Limits are kept before they are hit, and tokens renewed before they end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import httpx
import pytest
from tests.channels.loopback import Asked, Loopback, Says, serve

from stockroom.channels.channel import ChannelError, RefusedConnectionError, UnavailableChannelError
from stockroom.channels.http import Endpoint, https_only
from stockroom.channels.limits import Limit, Limits
from stockroom.channels.oauth import RefreshedToken
from stockroom.channels.rest import RestApi


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps."""

    seconds: float = 1000.0
    sleeps: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.seconds += seconds


def test_a_burst_goes_at_once_and_the_rest_at_its_rate() -> None:
    limits = Limits({"orders": Limit(requests=20, seconds=1.0, burst=4)})
    began = time.monotonic()
    for _ in range(4):
        limits.wait("orders")
    burst = time.monotonic() - began
    for _ in range(4):
        limits.wait("orders")
    assert burst < 0.05
    assert 0.15 <= time.monotonic() - began - burst < 0.6, "four more at twenty a second"


def test_operations_do_not_wait_for_one_another() -> None:
    limits = Limits({"orders": Limit(1, 60.0), "stock": Limit(1, 60.0)})
    began = time.monotonic()
    for operation in ("orders", "stock", "unlimited", "unlimited"):
        limits.wait(operation)
    assert time.monotonic() - began < 0.5


def test_what_an_answer_says_of_a_limit_replaces_what_was_declared() -> None:
    limits = Limits({"orders": Limit(1, 60.0)})
    limits.learn("orders", Limit(1000, 1.0))
    began = time.monotonic()
    for _ in range(5):
        limits.wait("orders")
    assert time.monotonic() - began < 0.5


def test_an_operation_that_is_used_up_waits_as_long_as_the_channel_says() -> None:
    clock = Clock()
    limits = Limits(sleep=clock.sleep, monotonic=clock.monotonic)
    limits.hold("orders", 12.5)
    limits.wait("stock")
    assert clock.sleeps == []
    limits.wait("orders")
    limits.wait("orders")
    assert clock.sleeps == [12.5]


class TokenHost:
    """Hands out tokens that hold for as long as it says, and serves what they open."""

    def __init__(self) -> None:
        self.valid = ""
        self.given = 0
        self.seconds = 3600
        self.token_status = 200

    def __call__(self, asked: Asked) -> Says:
        if asked.path == "/token":
            assert parse_qs(asked.body.decode())["refresh_token"] == ["long"]
            assert asked.headers["Authorization"].startswith("Basic ")
            if self.token_status != 200:
                return Says({"error": "invalid_grant"}, self.token_status)
            self.given += 1
            self.valid = f"token-{self.given}"
            return Says({"access_token": self.valid, "expires_in": self.seconds})
        if asked.headers.get("Authorization") != f"Bearer {self.valid}":
            return Says({"error": "expired"}, 401)
        return Says([1])


@pytest.fixture
def host() -> Iterator[tuple[TokenHost, Loopback]]:
    host = TokenHost()
    with serve(host) as loopback:
        yield host, loopback


def api_of(loopback: Loopback, clock: Clock, http: httpx.Client) -> RestApi:
    return RestApi(http, Endpoint("Token shop", loopback.url, "Authorise it again."), Limits(), sleep=clock.sleep)


def client_of(loopback: Loopback, clock: Clock) -> httpx.Client:
    form = {"grant_type": "refresh_token", "refresh_token": "long"}
    auth = RefreshedToken(f"{loopback.url}/token", form, client=("id", "secret"), monotonic=clock.monotonic)
    return httpx.Client(auth=auth)


def test_a_token_is_fetched_once_and_again_before_it_ends(host: tuple[TokenHost, Loopback]) -> None:
    clock = Clock()
    with client_of(host[1], clock) as http:
        api = api_of(host[1], clock, http)
        assert api.get("things") == api.get("things") == [1]
        assert host[0].given == 1
        clock.seconds += 3600 - 60
        api.get("things")
        assert host[0].given == 2
    assert [asked.path for asked in host[1].asked].count("/things") == 3, "no request was refused on the way"


def test_a_token_that_is_refused_before_its_time_is_renewed_once(host: tuple[TokenHost, Loopback]) -> None:
    clock = Clock()
    with client_of(host[1], clock) as http:
        api = api_of(host[1], clock, http)
        api.get("things")
        host[0].valid = "revoked"
        assert api.get("things") == [1]
        assert host[0].given == 2


def test_a_refresh_token_that_is_refused_says_what_to_mend(host: tuple[TokenHost, Loopback]) -> None:
    clock = Clock()
    host[0].token_status = 400
    with client_of(host[1], clock) as http, pytest.raises(RefusedConnectionError, match=r"Authorise it again\."):
        api_of(host[1], clock, http).get("things")
    assert clock.sleeps == []


def test_a_token_host_that_is_busy_is_asked_again(host: tuple[TokenHost, Loopback]) -> None:
    clock = Clock()
    host[0].token_status = 503
    with client_of(host[1], clock) as http, pytest.raises(UnavailableChannelError, match="6 times in a row"):
        api_of(host[1], clock, http).get("things")


@pytest.mark.parametrize("url", ["http://shop.example", "http://192.168.0.9", "ftp://shop.example"])
def test_keys_never_travel_in_the_clear(url: str) -> None:
    with pytest.raises(ChannelError, match="in the clear"):
        https_only(url, "Shop")


@pytest.mark.parametrize("url", ["shop.example", "localhost:8475", "https://", "https:/shop.example", "http://[::"])
def test_an_address_without_scheme_or_host_is_refused_at_once(url: str) -> None:
    with pytest.raises(ChannelError, match="is no address; give one such as https"):
        https_only(url, "Shop")


@pytest.mark.parametrize("seconds", [0, 0.5, 1.5])
def test_a_limit_is_stated_for_whole_seconds(seconds: float) -> None:
    with pytest.raises(ValueError, match=rf"in {seconds} seconds: state it for whole seconds"):
        Limit(10, seconds)


@pytest.mark.parametrize("url", ["https://shop.example", "http://127.0.0.1:8475", "http://sample-store:8475"])
def test_over_tls_or_on_this_machine_they_may(url: str) -> None:
    assert https_only(url + "/", "Shop") == url
