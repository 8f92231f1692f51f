"""Names, addresses and passwords."""

import statistics
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domains.accounts.errors import InvalidRegistrationError
from shared.domains.accounts.model import Edition, Registration
from shared.domains.accounts.rules import names, passwords
from shared.domains.accounts.rules.registration import check_registration
from tests.shared.domains.accounts.conftest import PASSWORD

PEPPERS = ["first-pepper", "second-pepper"]


def problems(**changes: str) -> dict[str, list[str]]:
    """Field -> what is wrong with a registration that is good but for the changes."""
    good = {"username": "alice", "email": "alice@example.com", "password": PASSWORD}
    try:
        check_registration(Registration(**{**good, **changes}), Edition.WATCH)
    except InvalidRegistrationError as error:
        return error.field_errors
    return {}


@pytest.mark.parametrize("username", ["abc", "A_1", "x" * 30, "___", "123"])
def test_good_usernames(username: str) -> None:
    assert problems(username=username) == {}


@pytest.mark.parametrize(
    "username", ["", "ab", "x" * 31, "alice\n", "al ice", "älice", "alice-b", "a.b.c", "ab\u200bc", "١٢٣"]
)
def test_case_22_bad_usernames(username: str) -> None:
    assert list(problems(username=username)) == ["username"]


@pytest.mark.parametrize(
    "email",
    [
        "a@b.co",
        "first.last+tag@mail.example.com",
        "ü@müller.example",
        "x@xn--mller-kva.example",
        " a@b.co ",
        "o'neil@b.co",
    ],
)
def test_good_addresses(email: str) -> None:
    assert problems(email=email) == {}


BAD_ADDRESSES = [
    *(
        "",
        "a",
        "@",
        "a@",
        "@b.co",
        "a@b",
        "a b@c.de",
        "a@b .co",
        "a@@b.co",
        "a@b@c.de",
        "a@b..co",
        "a@-b.co",
        "a@b-.co",
        "a@b.1",
    ),
    *(
        "a@[127.0.0.1]",
        "a\n@b.co",
        "a@b.co\nbcc:x",
        "a\x00@b.co",
        "a@b_c.de",
        ".a@b.co",
        "a.@b.co",
        "a..b@c.de",
        '"a"@b.co',
    ),
    *(
        "x" * 65 + "@b.co",
        "a@" + "b" * 64 + ".co",
        "a@" + "b.co" * 80,
        "\ud800@b.co",
        "a@\ud800.co",
        "<a@b.co>",
        "a,b@c.de",
        "a@b.co.",
    ),
]


@pytest.mark.parametrize("email", BAD_ADDRESSES, ids=range(len(BAD_ADDRESSES)))
def test_bad_addresses(email: str) -> None:
    assert problems(email=email) == {"email": ["Invalid email format"]}


def test_case_23_one_address_in_two_spellings() -> None:
    for one, other in [
        ("A@x.com", "a@X.com"),
        ("a@müller.example", "A@xn--mller-kva.example"),
        ("é@x.com", unicodedata.normalize("NFD", "é@x.com")),
        (" a@x.com", "a@x.com"),
    ]:
        assert names.normalise_email(one) == names.normalise_email(other)


def test_tags_make_other_addresses() -> None:
    assert names.normalise_email("a+b@x.com") != names.normalise_email("a@x.com")


@given(st.emails())
def test_normalising_is_done_once(email: str) -> None:
    try:
        once = names.normalise_email(email)
    except ValueError:
        return  # quoted local parts and the like, which we do not take
    assert names.normalise_email(once) == once == once.lower()


@given(st.text())
def test_any_text_is_an_address_or_is_none(text: str) -> None:
    assert set(problems(email=text)) <= {"email"}


@pytest.mark.parametrize(
    "password", ["Aa345678", "PASSWORD1", "Ä1234567", "ПАРОЛЬ12", "A1" + "😀" * 6, "A1\x00aaaaa", "A1" + "x" * 254]
)
def test_good_passwords(password: str) -> None:
    assert problems(password=password) == {}


@pytest.mark.parametrize(
    ("password", "lacking"),
    [
        ("Aa34567", ["characters"]),
        ("A1" + "x" * 255, ["characters"]),
        ("alllower1", ["upper case"]),
        ("NoDigitsHere", ["digit"]),
        ("", ["characters", "upper case", "digit"]),
        ("A1aaaaa\ud800", ["Unicode"]),
    ],
)
def test_bad_passwords_are_told_all_that_they_lack(password: str, lacking: list[str]) -> None:
    found = problems(password=password)["password"]
    assert len(found) == len(lacking)
    assert all(word in message for word, message in zip(lacking, found, strict=True))


@pytest.mark.parametrize("name", ["A", "x" * 50, "<b>\u202eevil\u200b", "\x00", "😀" * 50])
def test_good_display_names(name: str) -> None:
    assert problems(display_name=name) == {}


@pytest.mark.parametrize("name", ["", " ", "x" * 51, "\t\n", "\udfff"])
def test_bad_display_names(name: str) -> None:
    assert list(problems(display_name=name)) == ["display_name"]


def test_all_faults_are_told_at_once() -> None:
    found = problems(username="a", email="a", password="a", display_name=" ")
    assert set(found) == {"username", "email", "password", "display_name"}


def test_a_hash_names_its_version_and_pepper() -> None:
    hashed = passwords.hash_password(PASSWORD, PEPPERS)
    version, pepper, bcrypt = hashed.split("$", 2)
    assert (version, pepper) == ("v1", passwords.pepper_id("first-pepper"))
    assert bcrypt.startswith("$2b$12$")
    assert "first-pepper" not in hashed


def test_a_password_matches_its_hash_alone() -> None:
    hashed = passwords.hash_password(PASSWORD, PEPPERS)
    assert passwords.password_matches(PASSWORD, hashed, PEPPERS)
    assert not passwords.password_matches(PASSWORD + " ", hashed, PEPPERS)
    assert passwords.password_matches(PASSWORD, hashed, list(reversed(PEPPERS)))  # the pepper has been changed since
    assert not passwords.password_matches(PASSWORD, hashed, ["second-pepper"])


@pytest.mark.usefixtures("quick_hashes")
@pytest.mark.parametrize(
    ("password", "other"),
    [
        ("A1" + "x" * 71 + "a", "A1" + "x" * 71 + "b"),
        ("😀" * 64, "😀" * 63 + "😁"),
        ("A1abc\x00def", "A1abc\x00xyz"),
        ("A1abc\x00", "A1abc"),
        ("Café 1234", unicodedata.normalize("NFD", "Café 1234")),
        (" A1abcdef", "A1abcdef"),
    ],
)
def test_cases_21_and_22_passwords_count_to_the_last_byte_as_sent(password: str, other: str) -> None:
    hashed = passwords.hash_password(password, PEPPERS)
    assert passwords.password_matches(password, hashed, PEPPERS)
    assert not passwords.password_matches(other, hashed, PEPPERS)


BROKEN = [
    "",
    "v1",
    "v1$$",
    "v2$x$y",
    "v1$none$$2b$12$short",
    "plain",
    "v1$" + passwords.pepper_id("first-pepper") + "$$2b$12$" + "!" * 53,
]


@pytest.mark.parametrize("stored", [*BROKEN, passwords.NOBODYS_HASH])
def test_a_broken_hash_matches_nothing_and_takes_its_time(stored: str) -> None:
    began = time.process_time()
    assert not passwords.password_matches(PASSWORD, stored, PEPPERS)
    assert time.process_time() - began > 0.05


def test_an_unknown_login_takes_as_long_as_a_wrong_password() -> None:
    known = passwords.hash_password(PASSWORD, PEPPERS)
    times: dict[str, list[float]] = {known: [], passwords.NOBODYS_HASH: []}
    for _ in range(8):
        for stored, seen in times.items():  # in turn, so that a busy machine slows both
            began = time.process_time()
            passwords.password_matches("Wrong horse 1", stored, PEPPERS)
            seen.append(time.process_time() - began)
    one, other = (statistics.median(seen) for seen in times.values())
    assert abs(one - other) < 0.15 * max(one, other)


def test_nobodys_hash_costs_what_others_cost() -> None:
    assert passwords.NOBODYS_HASH.split("$")[4] == str(passwords.BCRYPT_COST)


def test_no_password_has_nobodys_hash() -> None:
    for password in ("", "password", "none", passwords.NOBODYS_HASH):
        assert not passwords.password_matches(password, passwords.NOBODYS_HASH, PEPPERS)
