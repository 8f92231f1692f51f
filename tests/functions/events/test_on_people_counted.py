"""Somebody follows somebody, and the rows that a login of either reads get copies of the numbers."""

from collections.abc import Iterator

import pytest

from bench.capacity import put
from functions.api.accounts import log_in
from shared.base.errors import ConflictError
from shared.base.transactions import write_together
from shared.contract.resources import USERS
from shared.domains.accounts.model import Numbers, Registration, User
from shared.domains.accounts.rules.counted import packed, unpacked
from shared.domains.accounts.service.entering import AccountService
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.accounts.store import copies, users
from shared.domains.accounts.store.closing import closing
from shared.domains.accounts.store.copies import copy_numbers
from shared.domains.accounts.store.users import AccountStore
from shared.domains.follows.service.following import FollowService
from tests.api import call
from tests.aws import Stage
from tests.functions.api.accounts.conftest import PASSWORD, quick_hashes
from tests.streams import Streams, streamed

__all__ = ["quick_hashes"]

NAMES = ("ada", "bob", "eve")


@pytest.fixture
def streams(stage: Stage, quick_hashes: None) -> Iterator[Streams]:
    """Tells what has changed when it is asked to."""
    with streamed(stage, "on_people_counted") as made:
        yield made


def person(name: str) -> User:
    return AccountService.open().register(Registration(name, f"{name}@example.com", PASSWORD)).user


def told(login: str) -> tuple[int, int]:
    """What a login says of followers, and of whom somebody follows."""
    answer = call(log_in.handler, "POST", "/api/auth/login", {"login": login, "password": PASSWORD})
    assert answer.status == 200, answer.body
    return answer.json["user"]["follower_count"], answer.json["user"]["following_count"]


def copied(stage: Stage) -> set[str]:
    """The keys of the rows that have a copy."""
    return {row["pk"]["S"] for row in stage.rows(USERS) if "counted" in row}


def test_a_login_by_either_name_tells_what_was_counted(stage: Stage, streams: Streams) -> None:
    ada, bob, eve = (person(name) for name in NAMES)
    follows = FollowService.open()
    for one, other in ((bob, ada), (eve, ada), (ada, eve)):
        follows.follow(one.id, other.id)
    streams.tell(times=2)
    assert [told(login) for login in ("ada", "ada@example.com", "bob", "eve")] == [(2, 1), (2, 1), (0, 1), (1, 1)]
    follows.unfollow(bob.id, ada.id)
    streams.tell()
    assert [told("ada"), told("bob")] == [(1, 1), (0, 0)]
    names = {f"{kind}#{name}{host}" for kind, host in (("username", ""), ("email", "@example.com")) for name in NAMES}
    assert copied(stage) == names


def test_a_login_makes_three_calls(stage: Stage, streams: Streams) -> None:
    person("ada")
    told("ada")
    calls = stage.calls_of(lambda: told("ada"))
    assert calls == ["dynamodb:UpdateItem", "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]


def test_of_each_person_the_numbers_are_read_and_written_once(stage: Stage, streams: Streams) -> None:
    ada, *fans = (person(f"user{number}") for number in range(4))
    for fan in fans:
        FollowService.open().follow(fan.id, ada.id)
    assert stage.calls_of(streams.tell) == ["dynamodb:BatchGetItem", *["dynamodb:UpdateItem"] * 2 * 4]


def test_a_copy_never_replaces_a_later_one(stage: Stage, streams: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = person("ada"), person("bob")
    real = copies.read_together

    def late(*asked: object) -> object:
        found = real(*asked)  # type: ignore[arg-type]
        monkeypatch.setattr(copies, "read_together", real)
        FollowService.open().follow(bob.id, ada.id)
        assert copy_numbers([ada.id]) == set()
        return found

    monkeypatch.setattr(copies, "read_together", late)
    assert copy_numbers([ada.id]) == set(), "nothing is left to do"
    assert told("ada") == (1, 0)


def test_who_is_renamed_meanwhile_is_told_again(
    stage: Stage, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = person("ada"), person("bob")
    FollowService.open().follow(bob.id, ada.id)
    real = copies.read_together

    def late(*asked: object) -> object:
        found = real(*asked)  # type: ignore[arg-type]
        monkeypatch.setattr(copies, "read_together", real)
        ProfileService.open().rename(ada.id, "countess", None)
        return found

    monkeypatch.setattr(copies, "read_together", late)
    assert copy_numbers([ada.id, bob.id]) == {ada.id}
    assert copy_numbers([ada.id]) == set()
    assert told("countess") == (1, 0)


def test_whose_name_is_somebody_elses_holds_nobody_up(stage: Stage, streams: Streams) -> None:
    ada, bob = person("ada"), person("bob")
    for row in stage.rows(USERS):
        if row["pk"]["S"] == "username#ada":
            put(USERS, {**row, "user_id": {"S": bob.id}})
    assert copy_numbers([ada.id, bob.id]) == set()
    assert copied(stage) == {"email#ada@example.com", "username#bob", "email#bob@example.com"}


def test_a_copy_goes_with_another_username(stage: Stage, streams: Streams) -> None:
    ada, bob = person("ada"), person("bob")
    FollowService.open().follow(bob.id, ada.id)
    streams.tell()
    ProfileService.open().rename(ada.id, "countess", None)
    assert told("countess") == (1, 0)
    FollowService.open().unfollow(bob.id, ada.id)
    streams.tell()
    assert told("countess") == (0, 0)
    assert "username#ada" not in copied(stage)


def test_a_renaming_does_not_bring_an_earlier_copy_back(
    stage: Stage, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = person("ada"), person("bob")
    FollowService.open().follow(bob.id, ada.id)
    real, met = users.write_together, list[bool]()

    def meanwhile(*writes: object) -> object:
        if not met:
            met.append(True)
            streams.tell()
        return real(*writes)  # type: ignore[arg-type]

    monkeypatch.setattr(users, "write_together", meanwhile)
    with pytest.raises(ConflictError):
        ProfileService.open().rename(ada.id, "countess", None)
    assert met
    ProfileService.open().rename(ada.id, "countess", None)
    assert told("countess") == (1, 0)


def test_who_is_gone_gets_no_copy(stage: Stage, streams: Streams) -> None:
    ada, bob = person("ada"), person("bob")
    FollowService.open().follow(bob.id, ada.id)
    found = AccountStore.open().credentials("ada")
    assert found
    assert write_together(*closing(found, None)) is None
    streams.tell()
    assert copied(stage) == {"username#bob", "email#bob@example.com"}


def test_what_is_packed_comes_out_again() -> None:
    assert unpacked("") == Numbers()
    assert unpacked(packed(Numbers(1200, 40), "2026-01-31T12:00:00.000Z")) == Numbers(1200, 40)
