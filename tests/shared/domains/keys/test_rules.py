"""The text of API keys, and what they may be given."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.base.ids import new_id
from shared.contract.permissions import ROLE_PERMISSIONS
from shared.domains.keys import rules
from shared.domains.keys.errors import InvalidKeyWishError
from shared.domains.keys.model import ApiKey, KeyWish
from tests.clock import TurnedClock

OWNER, KEY = new_id(), new_id()
TEXT = rules.new_text(OWNER, KEY)
NOW = 1_800_000_000
TEN_YEARS = 10 * 366 * 86400
WITHIN = "Name a moment within the next ten years"


def test_a_text_names_its_owner_and_its_key_and_says_whose_it_is() -> None:
    assert rules.named_by(TEXT) == (OWNER, KEY)
    assert rules.FORM.fullmatch(TEXT)
    assert TEXT.startswith("showreel_")
    assert len(TEXT) == 9 + 43 + 43 + 6


def test_a_new_text_has_the_prefix_of_the_one_before_and_another_secret() -> None:
    other = rules.new_text(OWNER, KEY)
    assert rules.prefix_of(other) == rules.prefix_of(TEXT)
    assert other[52:95] != TEXT[52:95]


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
@settings(max_examples=50)
def test_any_ids_come_back(owner: bytes, key: bytes) -> None:
    from uuid import UUID

    names = str(UUID(bytes=owner)), str(UUID(bytes=key))
    assert rules.named_by(rules.new_text(*names)) == names


@given(st.integers(9, len(TEXT) - 1), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
def test_a_typing_mistake_is_found_without_asking(place: int, digit: str) -> None:
    mistyped = TEXT[:place] + digit + TEXT[place + 1 :]
    assert (rules.named_by(mistyped) is None) == (mistyped != TEXT)


@given(st.text(max_size=150))
def test_whatever_else_is_no_key(text: str) -> None:
    assert rules.named_by(text) is None


def test_a_number_that_is_too_large_for_two_ids_is_no_key() -> None:
    text = rules.MARK + "z" * 86
    assert rules.named_by(text + rules._checksum(text)) is None


def test_scopes_are_permissions_of_peoples_roles() -> None:
    assert all(rules.is_scope(one) for one in ("videos:read", "renders:all", "publishing:write", "channels:read"))
    assert not any(
        rules.is_scope(one)
        for one in ("all", "internal:all", "videos", "videos:", "videos:delete", ":read", "", "videos:read:all")
    )


@pytest.mark.parametrize(
    ("role", "scopes", "left"),
    [
        ("user", {"videos:read"}, {"videos:read"}),
        ("user", {"videos:all"}, {"videos:all"}),
        ("user", {"renders:read"}, {"renders:read"}),
        ("viewer", {"videos:all"}, {"videos:read"}),
        ("viewer", {"videos:write", "channels:read"}, {"channels:read"}),
        ("user", {"publishing:write"}, set()),
        ("admin", {"videos:all", "publishing:write"}, {"videos:all", "publishing:write"}),
        ("nobody", {"videos:read"}, set()),
    ],
)
def test_a_key_may_do_what_both_its_scopes_and_its_owner_allow(role: str, scopes: set[str], left: set[str]) -> None:
    assert rules.within(ROLE_PERMISSIONS.get(role, frozenset()), frozenset(scopes)) == left


@pytest.mark.parametrize(
    ("wish", "field", "problem"),
    [
        (KeyWish("a", ("all",)), "scopes", "all is no scope"),
        (KeyWish("a", ("internal:all",)), "scopes", "internal:all is no scope"),
        (KeyWish("a", ("x" * 99,)), "scopes", f"{'x' * 50} is no scope"),
        (KeyWish("a", ("publishing:write",)), "scopes", "You do not hold publishing:write yourself"),
        (KeyWish(" ", ("videos:read",)), "name", "Use visible characters"),
        (KeyWish("a\x00b", ("videos:read",)), "name", "Use visible characters"),
        (KeyWish("a\u202eb", ("videos:read",)), "name", "Use visible characters"),
        (KeyWish("a", ("videos:read",), 0), "expires_at", WITHIN),
        (KeyWish("a", ("videos:read",), 1), "expires_at", WITHIN),
        (KeyWish("a", ("videos:read",), 2**40), "expires_at", WITHIN),
    ],
)
def test_a_wish_that_breaks_a_rule_names_the_field(wish: KeyWish, field: str, problem: str) -> None:
    with pytest.raises(InvalidKeyWishError) as raised:
        rules.checked(wish, ROLE_PERMISSIONS["user"])
    assert raised.value.field_errors == {field: [problem]}


def test_a_good_wish_is_tidied_and_keeps_its_end(turned_clock: TurnedClock) -> None:
    turned_clock.seconds = NOW
    wish = KeyWish(" Nightly build ", ("videos:read", "channels:read", "videos:read"), NOW + 1)
    tidied = KeyWish("Nightly build", ("channels:read", "videos:read"), NOW + 1)
    assert rules.checked(wish, ROLE_PERMISSIONS["user"]) == tidied
    assert rules.checked(KeyWish("a", ("videos:read",)), ROLE_PERMISSIONS["user"]).expires_at is None


@pytest.mark.parametrize("seconds", [-1, 0, TEN_YEARS, TEN_YEARS + 1])
def test_a_key_ends_after_now_and_within_ten_years(turned_clock: TurnedClock, seconds: int) -> None:
    turned_clock.seconds = NOW
    held = ROLE_PERMISSIONS["user"]
    assert rules.checked(KeyWish("a", ("videos:read",), NOW + TEN_YEARS - 1), held).expires_at == NOW + TEN_YEARS - 1
    with pytest.raises(InvalidKeyWishError):
        rules.checked(KeyWish("a", ("videos:read",), NOW + seconds), held)


@pytest.mark.parametrize(
    ("shown", "ends", "before_until", "good"),
    [
        ("now", 0, 0, True),
        ("now", NOW + 1, 0, True),
        ("now", NOW, 0, False),
        ("now", NOW - 1, NOW + 1, False),
        ("before", 0, NOW + 1, True),
        ("before", 0, NOW, False),
        ("before", NOW + 1, NOW + 1, True),
        ("before", NOW, NOW + 1, False),
        ("other", 0, NOW + 1, False),
    ],
)
def test_a_key_opens_with_its_text_and_for_a_grace_with_the_one_before(
    turned_clock: TurnedClock, shown: str, ends: int, before_until: int, good: bool
) -> None:
    turned_clock.seconds = NOW
    kept = ApiKey(OWNER, KEY, "a", ("videos:read",), "", "now", "", ends, "", "before", before_until)
    assert rules.is_good(kept, shown) is good


def test_what_is_kept_of_a_text_is_its_sha_256() -> None:
    assert rules.hash_of(TEXT) == hashlib.sha256(TEXT.encode()).hexdigest()


def test_a_prefix_is_the_mark_and_nine_digits_and_no_secret() -> None:
    assert rules.prefix_of(TEXT) == TEXT[:18]
