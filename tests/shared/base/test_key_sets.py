"""Public keys as a verifier keeps them: which it takes, how long, and how often it asks for them."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from shared.base.errors import UnavailableError
from shared.base.key_sets import KEYS_SECONDS, UNKNOWN_KEY_SECONDS, KeySet
from tests.clock import TurnedClock

START = 1_800_000_000.0
PAUSE = 10


@functools.cache
def numbers(bits: int = 2048) -> dict[str, Any]:
    """The public numbers of an RSA key of so many bits."""
    made = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, bits).public_key(), as_dict=True)
    return {name: made[name] for name in ("kty", "n", "e")}


def jwk(kid: str = "one", **changes: Any) -> dict[str, Any]:
    """A JWK with changes; a value of None takes a member away."""
    whole = {**numbers(), "kid": kid, "alg": "RS256", "use": "sig", **changes}
    return {name: value for name, value in whole.items() if value is not None}


@dataclass
class Published:
    """What an issuer publishes; None while it cannot be read. `asked` counts how often it was."""

    keys: list[dict[str, Any]] | None = field(default_factory=lambda: [jwk()])
    asked: int = 0

    def load(self) -> list[dict[str, Any]]:
        self.asked += 1
        if self.keys is None:
            raise UnavailableError("Nobody answers")
        return self.keys


@pytest.fixture
def published(turned_clock: TurnedClock) -> Published:
    turned_clock.seconds = START
    return Published()


def asks(published: Published, what: Callable[[], Any]) -> int:
    before = published.asked
    what()
    return published.asked - before


@pytest.mark.parametrize("is_good", [{}, {"alg": None}, {"use": None}], ids=str)
def test_an_rsa_key_is_taken_whether_or_not_it_names_its_algorithm(
    published: Published, is_good: dict[str, Any]
) -> None:
    published.keys = [jwk(**is_good)]
    assert KeySet(published.load).key("one").key_size == 2048


def bad(name: str) -> dict[str, Any]:
    """A key that no RS256 token may be verified with."""
    other: dict[str, dict[str, Any]] = {
        "of another kind": {"kty": "EC"},
        "of no kind": {"kty": None},
        "for another algorithm": {"alg": "RS512"},
        "for a shared secret": {"alg": "HS256"},
        "with a number for an id": {"kid": 7},
        "without an id": {"kid": None},
        "without a modulus": {"n": None},
        "with a broken modulus": {"n": "!"},
        "too short": {**numbers(1024)},
    }
    return jwk(**{"kid": "bad", **other[name]})


@pytest.mark.parametrize(
    "name",
    [
        "of another kind",
        "of no kind",
        "for another algorithm",
        "for a shared secret",
        "with a number for an id",
        "without an id",
        "without a modulus",
        "with a broken modulus",
        "too short",
    ],
)
def test_a_key_that_is_no_good_is_left_out_and_the_others_serve(published: Published, name: str) -> None:
    published.keys = [bad(name), jwk()]
    assert set(KeySet(published.load).keys()) == {"one"}


def test_keys_are_read_again_after_five_minutes(published: Published, turned_clock: TurnedClock) -> None:
    keys = KeySet(published.load)
    assert asks(published, keys.keys) == 1
    turned_clock.advance(KEYS_SECONDS - 1)
    assert asks(published, keys.keys) == 0
    published.keys = [jwk("two")]
    turned_clock.advance(1)
    assert set(keys.keys()) == {"two"}
    keys.forget()
    assert asks(published, keys.keys) == 1


def test_an_unknown_id_is_asked_for_once_a_minute_however_many_there_are(
    published: Published, turned_clock: TurnedClock
) -> None:
    keys = KeySet(published.load)
    keys.keys()

    def look() -> None:
        for kid in ("two", "three"):
            with pytest.raises(KeyError):
                keys.key(kid)

    assert asks(published, look) == 0
    turned_clock.advance(UNKNOWN_KEY_SECONDS)
    assert asks(published, look) == 1
    published.keys = [jwk(), jwk("two")]
    turned_clock.advance(UNKNOWN_KEY_SECONDS)
    assert asks(published, lambda: keys.key("two")) == 1
    assert asks(published, lambda: keys.key("one")) == 0


def test_keys_that_are_known_serve_on_and_are_asked_for_once_a_minute(
    published: Published, turned_clock: TurnedClock
) -> None:
    keys = KeySet(published.load, pause=PAUSE)
    keys.keys()
    published.keys = None
    turned_clock.advance(KEYS_SECONDS)
    assert asks(published, lambda: keys.key("one")) == 1
    turned_clock.advance(UNKNOWN_KEY_SECONDS - 1)
    assert asks(published, lambda: keys.key("one")) == 0
    turned_clock.advance(1)
    assert asks(published, lambda: keys.key("one")) == 1
    published.keys = [jwk("two")]
    turned_clock.advance(UNKNOWN_KEY_SECONDS)
    assert set(keys.keys()) == {"two"}


def test_who_has_no_keys_says_503_and_leaves_the_issuer_alone_for_the_pause(
    published: Published, turned_clock: TurnedClock
) -> None:
    published.keys = None
    keys = KeySet(published.load, pause=PAUSE)

    def refused() -> None:
        with pytest.raises(UnavailableError):
            keys.key("one")

    assert asks(published, refused) == 1
    turned_clock.advance(PAUSE - 1)
    assert asks(published, refused) == 0
    turned_clock.advance(1)
    assert asks(published, refused) == 1
    published.keys = [jwk()]
    turned_clock.advance(PAUSE)
    assert keys.key("one")


def test_without_a_pause_each_request_asks(published: Published) -> None:
    published.keys = None
    keys = KeySet(published.load)
    for _ in range(2):
        with pytest.raises(UnavailableError):
            keys.keys()
    assert published.asked == 2
