"""Registering and logging in."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.base import tokens, transactions
from shared.base.errors import InvalidTokenError, UnavailableError
from shared.contract.resources import SESSIONS, USERS
from shared.domains.accounts.errors import InvalidRegistrationError, TakenError, WrongCredentialsError
from shared.domains.accounts.model import LoggedIn, Registration
from shared.domains.accounts.service.entering import AccountService
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.accounts.service.sessions import RefreshService
from tests.aws import SETTINGS, Stage
from tests.shared.domains.accounts.conftest import PASSWORD, Register


def test_registering_gives_a_user_who_is_logged_in(register: Register) -> None:
    made = register("Alice_1", email="Alice@Example.com")
    assert (made.user.username, made.user.email, made.user.display_name) == ("Alice_1", "Alice@Example.com", "Alice_1")
    assert made.user.avatar_url == f"{SETTINGS['CDN_BASE_URL']}/public/avatar.svg"
    assert (made.user.follower_count, made.user.following_count, made.user.role) == (0, 0, "user")
    claims = tokens.verify(made.tokens.access_token, "access")
    assert (claims.user_id, claims.username, claims.email) == (made.user.id, "Alice_1", "Alice@Example.com")
    assert claims.avatar_url == made.user.avatar_url
    assert claims.session_id == tokens.verify(made.tokens.refresh_token, "refresh").session_id
    assert ProfileService.open().counted(made.user.id).user == made.user


def test_a_display_name_may_be_chosen(register: Register) -> None:
    assert register(display_name="  Alice in W. ").user.display_name == "Alice in W."


def test_registering_is_one_transaction(stage: Stage, register: Register) -> None:
    register("warmup")
    assert stage.calls_of(register) == ["dynamodb:TransactWriteItems"]


def test_logging_in_is_one_read_and_one_write(stage: Stage, register: Register, accounts: AccountService) -> None:
    register()
    assert stage.calls_of(lambda: accounts.log_in("alice", PASSWORD)) == [
        "dynamodb:BatchGetItem",
        "dynamodb:TransactWriteItems",
    ]


def test_asking_who_i_am_is_one_read(stage: Stage, register: Register) -> None:
    made = register()
    profiles = ProfileService.open()
    assert stage.calls_of(lambda: profiles.counted(made.user.id)) == ["dynamodb:BatchGetItem"]


def test_broken_rules_write_nothing(stage: Stage, register: Register) -> None:
    with pytest.raises(InvalidRegistrationError) as caught:
        register("a", email="nowhere")
    assert set(caught.value.field_errors) == {"username", "email"}
    assert {detail["field"] for detail in caught.value.details} == {"username", "email"}
    assert stage.calls == []


@pytest.mark.parametrize(
    ("username", "email", "fields"),
    [
        ("ALICE", "other@example.com", ["username"]),
        ("bob", "ALICE@example.COM", ["email"]),
        ("Alice", "Alice@Example.com", ["username", "email"]),
    ],
)
def test_names_are_taken_in_any_letter_case(
    stage: Stage, register: Register, username: str, email: str, fields: list[str]
) -> None:
    register()
    before = stage.rows(USERS), stage.rows(SESSIONS)
    with pytest.raises(TakenError) as caught:
        register(username, email=email)
    assert (caught.value.status, list(caught.value.field_errors)) == (409, fields)
    assert (stage.rows(USERS), stage.rows(SESSIONS)) == before


def test_case_23_of_twenty_at_once_with_one_address_one_wins(stage: Stage, register: Register) -> None:
    def attempt(number: int) -> str:
        try:
            register(f"user_{number}", email="same@example.com")
        except TakenError as error:
            return ",".join(error.field_errors)
        return "won"

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(attempt, range(20)))
    assert sorted(outcomes) == ["email"] * 19 + ["won"]
    assert len(stage.rows(USERS)) == 3
    assert len(stage.rows(SESSIONS)) == 1


def reasons(*codes: str) -> dict[str, Any]:
    return {"CancellationReasons": [{"Code": code} for code in codes]}


def test_a_conflict_of_transactions_is_tried_again(stage: Stage, register: Register) -> None:
    conflict = reasons("None", "None", "TransactionConflict", "None")
    operation = ("dynamodb", "TransactWriteItems", "TransactionCanceledException")
    with stage.refusing(*operation, times=2, **conflict) as fired:
        register()
    assert len(fired) == 2
    assert len(stage.rows(USERS)) == 3


def test_conflicts_without_end_become_503(stage: Stage, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "WAIT", 0.0)
    conflict = reasons("None", "None", "TransactionConflict", "None")
    operation = ("dynamodb", "TransactWriteItems", "TransactionCanceledException")
    with stage.refusing(*operation, **conflict) as fired, pytest.raises(UnavailableError):
        register()
    assert len(fired) == transactions.TRIES
    assert stage.rows(USERS) == []


def test_a_lost_reply_to_registering_registers_once(stage: Stage, register: Register) -> None:
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        register()
    assert fired == ["ConnectionClosedError"]
    assert len(stage.rows(USERS)) == 3
    assert len(stage.rows(SESSIONS)) == 1


def test_tables_that_do_not_answer_are_503(stage: Stage, register: Register) -> None:
    made = register()
    throttled = "ThrottlingException"
    with stage.refusing("dynamodb", "TransactWriteItems", throttled) as fired, pytest.raises(UnavailableError):
        register("bob")
    assert fired
    with stage.refusing("dynamodb", "GetItem", throttled) as fired, pytest.raises(UnavailableError):
        ProfileService.open().get(made.user.id)
    assert fired


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.com", "Alice@EXAMPLE.com", " alice@example.com"])
def test_username_or_address_log_in(register: Register, accounts: AccountService, login: str) -> None:
    made = register()
    back = accounts.log_in(login, PASSWORD)
    assert back.user == made.user
    sessions = [tokens.verify(one.tokens.access_token, "access").session_id for one in (made, back)]
    assert sessions[0] != sessions[1]


WRONG = [
    ("alice", "wrong Horse 1"),
    ("alice", PASSWORD.lower()),
    ("alice", ""),
    ("alice", "A1" * 128),
    ("nobody", PASSWORD),
    ("nobody@example.com", PASSWORD),
    ("a@b@c", PASSWORD),
    ("@", PASSWORD),
    ("user#1", PASSWORD),
    ("alice\n", PASSWORD),
    ("\x00", PASSWORD),
    ("😀" * 254, PASSWORD),
]


@pytest.mark.parametrize(("login", "password"), WRONG, ids=range(len(WRONG)))
def test_whatever_is_wrong_the_answer_is_one(
    stage: Stage, register: Register, accounts: AccountService, login: str, password: str
) -> None:
    register()

    def attempt() -> None:
        with pytest.raises(WrongCredentialsError) as caught:
            accounts.log_in(login, password)
        assert (caught.value.status, caught.value.message) == (401, WrongCredentialsError().message)
        assert (caught.value.details, caught.value.field_errors, caught.value.headers) == ([], {}, {})

    assert stage.calls_of(attempt) == ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert len(stage.rows(SESSIONS)) == 1


def test_every_wrong_login_costs_one_bcrypt(
    register: Register, accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    import bcrypt

    register()
    checked: list[bytes] = []
    check = bcrypt.checkpw
    monkeypatch.setattr(bcrypt, "checkpw", lambda *both: (checked.append(both[1]), check(*both))[1])
    for login in ("alice", "nobody", "nobody@example.com", "a@b@c"):
        with pytest.raises(WrongCredentialsError):
            accounts.log_in(login, "Wrong horse 1")
    assert len(checked) == 4


def test_nothing_at_rest_lets_anybody_in(stage: Stage, register: Register, accounts: AccountService) -> None:
    made: list[LoggedIn] = [register(), accounts.log_in("alice", PASSWORD)]
    made.append(LoggedIn(made[0].user, RefreshService.open().refresh(made[0].tokens.refresh_token)))
    at_rest = json.dumps([stage.rows(USERS), stage.rows(SESSIONS)])
    for one in made:
        for token in (one.tokens.access_token, one.tokens.refresh_token):
            claims = tokens.verify(token, "access" if token == one.tokens.access_token else "refresh")
            assert token not in at_rest
            assert token.rpartition(".")[2] not in at_rest
            assert claims.token_id not in at_rest
    assert PASSWORD not in at_rest


def test_only_rows_that_logins_read_hold_the_hash(stage: Stage, register: Register) -> None:
    made = register()
    rows = {row["pk"]["S"]: row for row in stage.rows(USERS)}
    assert set(rows) == {f"user#{made.user.id}", "username#alice", "email#alice@example.com"}
    assert [key for key, row in rows.items() if "password_hash" not in row] == [f"user#{made.user.id}"]


def test_somebody_who_is_gone_is_not_found_by_their_token(stage: Stage) -> None:
    with pytest.raises(InvalidTokenError):
        ProfileService.open().get("01900000-0000-7000-8000-000000000001")


def test_a_registration_costs_a_hash_of_the_full_cost(accounts: AccountService, stage: Stage) -> None:
    began = time.process_time()
    accounts.register(Registration("alice", "alice@example.com", PASSWORD))
    assert time.process_time() - began > 0.05
    (hashed,) = {row["password_hash"]["S"] for row in stage.rows(USERS) if "password_hash" in row}
    assert "$2b$12$" in hashed


@pytest.mark.parametrize("wish", [{"full_name": "Ada L."}, {"username": "ada"}], ids=str)
def test_a_change_that_collides_with_another_is_made_again(
    stage: Stage, register: Register, wish: dict[str, str]
) -> None:
    made = register()
    conflict = reasons("None", "TransactionConflict", "None")
    operation = ("dynamodb", "TransactWriteItems", "TransactionCanceledException")
    with stage.refusing(*operation, times=2, **conflict) as fired:
        ProfileService.open().rename(made.user.id, wish.get("username"), wish.get("full_name"))
    assert len(fired) == 2
    shown = {(row["username"]["S"], row["display_name"]["S"]) for row in stage.rows(USERS)}
    assert shown == {(wish.get("username", "alice"), wish.get("full_name", "alice"))}
