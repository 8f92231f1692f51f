"""The second factor: turned on and off, asked for at login, and each code good once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from shared.base.errors import AppError, ConflictError, UnavailableError
from shared.base.sealing import SealError
from shared.contract.resources import LIMITS, USERS
from shared.domains.accounts.errors import CodeMissingError, LockedError, WrongCodeError, WrongCredentialsError
from shared.domains.accounts.model import Device
from shared.domains.accounts.rules import second_factor as rules
from shared.domains.accounts.service.entering import AccountService
from shared.domains.accounts.service.second_factor import SecondFactorService
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.accounts.conftest import PASSWORD, Register

HOME = Device("203.0.113.7", "browser")
STEP = rules.STEP_SECONDS


@dataclass
class Person:
    """Somebody with an authenticator app."""

    id: str
    name: str
    secret: str
    recovery_codes: list[str]
    clock: TurnedClock
    accounts: AccountService

    def code(self, steps: int = 0) -> str:
        """What the app shows, so many steps from now."""
        return pyotp.TOTP(self.secret).at(int(self.clock.seconds) + steps * STEP)

    def wrong(self) -> str:
        """A code that fits no step near now."""
        near = {self.code(steps) for steps in range(-2, 3)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near)

    def enter(self, code: str | None, password: str = PASSWORD, login: str = "") -> str:
        """How a login ends."""
        try:
            self.accounts.log_in(login or self.name, password, HOME, mfa_code=code)
        except AppError as error:
            return type(error).__name__
        return "in"

    def confirm(self, code: str) -> None:
        SecondFactorService.open().confirm(self.id, self.name, code, HOME.address)

    def disable(self, code: str, password: str = PASSWORD) -> None:
        SecondFactorService.open().disable(self.id, self.name, password, code, HOME.address)


Enrol = Callable[..., Person]


@pytest.fixture
def enrol(register: Register, accounts: AccountService, turned_clock: TurnedClock) -> Enrol:
    """Somebody who has enrolled and not confirmed."""

    def make(name: str = "alice") -> Person:
        user = register(name).user
        made = SecondFactorService.open().enrol(user.id, name)
        return Person(user.id, name, made.secret, made.recovery_codes, turned_clock, accounts)

    return make


@pytest.fixture
def alice(enrol: Enrol, turned_clock: TurnedClock) -> Person:
    """Somebody whose logins ask for a code; the one of the confirmation is some steps old."""
    person = enrol()
    person.confirm(person.code())
    turned_clock.advance(3 * STEP)
    return person


def test_enrolment_shows_what_an_app_needs(enrol: Enrol, stage: Stage) -> None:
    person = enrol()
    made = SecondFactorService.open().enrol(person.id, "alice")
    where = urlsplit(made.otpauth_uri)
    told = parse_qs(where.query)
    assert (where.scheme, where.netloc, unquote(where.path)) == ("otpauth", "totp", "/Showreel:alice")
    assert (told["secret"], told["issuer"]) == ([made.secret], ["Showreel"])
    assert len(made.secret) == 32, "160 bits"
    assert len({*made.recovery_codes}) == 10
    held = str(stage.rows(USERS))
    assert not [code for code in made.recovery_codes if code in held or code.replace("-", "") in held]
    assert made.secret not in held


def test_enrolment_does_nothing_until_it_is_confirmed(enrol: Enrol) -> None:
    person = enrol()
    assert person.enter(None) == "in"
    person.confirm(person.code())
    assert person.enter(None) == "CodeMissingError"


def test_a_newer_enrolment_ends_the_older(enrol: Enrol) -> None:
    person = enrol()
    made = SecondFactorService.open().enrol(person.id, person.name)
    with pytest.raises(WrongCodeError):
        person.confirm(person.code())
    person.secret = made.secret
    person.confirm(person.code())
    assert person.enter(person.recovery_codes[0]) == "WrongCodeError", "they were the older one's"
    assert person.enter(made.recovery_codes[0]) == "in"


def test_a_missing_code_is_told_after_the_right_password_alone(alice: Person) -> None:
    assert alice.enter(None, "Wrong horse 1") == "WrongCredentialsError"
    assert alice.enter(None) == "CodeMissingError"
    with pytest.raises(CodeMissingError) as caught:
        alice.accounts.log_in("alice", PASSWORD, HOME, mfa_code="")
    assert [detail["code"] for detail in caught.value.details] == ["MFA_REQUIRED"]
    assert (caught.value.status, caught.value.studio_code) == (401, "INVALID_CREDENTIALS")


@pytest.mark.parametrize("login", ["alice", "alice@example.com"])
def test_case_24_a_code_is_good_once(alice: Person, login: str) -> None:
    code = alice.code()
    assert [alice.enter(code, login=login), alice.enter(code), alice.enter(code, login="alice@example.com")] == [
        "in",
        "WrongCodeError",
        "WrongCodeError",
    ]


def test_case_24_a_code_is_good_once_for_ten_at_the_same_moment(alice: Person) -> None:
    code = alice.code()
    with ThreadPoolExecutor(10) as pool:
        ends = list(pool.map(lambda _: alice.enter(code), range(10)))
    assert ends.count("in") == 1
    assert set(ends) <= {"in", "WrongCodeError", "LockedError"}


def test_case_24_the_code_that_confirmed_is_used(enrol: Enrol) -> None:
    person = enrol()
    code = person.code()
    person.confirm(code)
    assert person.enter(code) == "WrongCodeError"


def test_case_24_one_step_around_now_is_good(alice: Person) -> None:
    assert [alice.enter(alice.code(steps)) for steps in (-2, -1, 0, 1, 2)] == [
        "WrongCodeError",
        *["in"] * 3,
        "WrongCodeError",
    ]
    assert alice.enter(alice.code(-1)) == "WrongCodeError", "a later one was used"


def test_case_24_five_wrong_codes_lock(alice: Person, stage: Stage) -> None:
    assert [alice.enter(alice.wrong()) for _ in range(5)] == ["WrongCodeError"] * 5
    assert alice.enter(alice.code()) == "LockedError"
    assert {row["failures"]["N"] for row in stage.rows(LIMITS) if "failures" in row} == {"5"}


def test_wrong_passwords_and_codes_count_together(alice: Person) -> None:
    for _ in range(2):
        alice.enter(alice.code(), "Wrong horse 1")
        alice.enter(alice.wrong())
    assert alice.enter(alice.wrong()) == "WrongCodeError"
    assert alice.enter(alice.code()) == "LockedError"


def test_case_24_a_recovery_code_is_good_once(alice: Person) -> None:
    first, second, *_ = alice.recovery_codes
    assert [alice.enter(first), alice.enter(first), alice.enter(second.upper().replace("-", " "))] == [
        "in",
        "WrongCodeError",
        "in",
    ]
    with ThreadPoolExecutor(10) as pool:
        ends = list(pool.map(lambda _: alice.enter(alice.recovery_codes[2]), range(10)))
    assert ends.count("in") == 1


def test_all_recovery_codes_work_and_then_none(alice: Person, stage: Stage) -> None:
    assert [alice.enter(code) for code in alice.recovery_codes] == ["in"] * 10
    assert alice.enter(alice.recovery_codes[0]) == "WrongCodeError"
    assert alice.enter(alice.code()) == "in"


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "١٢٣٤٥٦", "a" * 16, "1" * 16, "\ud800", "0x1234"])
def test_what_is_no_code_is_wrong(alice: Person, code: str) -> None:
    assert alice.enter(code) == "WrongCodeError"


def test_somebody_elses_codes_are_wrong(alice: Person, enrol: Enrol) -> None:
    bob = enrol("bob")
    bob.confirm(bob.code())
    assert [alice.enter(bob.code(1)), alice.enter(bob.recovery_codes[0])] == ["WrongCodeError"] * 2


def test_case_29_a_secret_pasted_into_another_row_does_not_open(alice: Person, enrol: Enrol, stage: Stage) -> None:
    from shared.base import aws
    from tests.aws import real_name

    bob = enrol("bob")
    bob.confirm(bob.code())
    own = next(row for row in stage.rows(USERS) if row["pk"]["S"] == "username#alice")["mfa_secret"]
    table = aws.client("dynamodb")
    for key in ("user#" + bob.id, "username#bob"):
        values = {":secret": own}
        change = "SET mfa_secret = :secret"
        table.update_item(
            TableName=real_name(USERS),
            Key={"pk": {"S": key}},
            UpdateExpression=change,
            ExpressionAttributeValues=values,
        )
    with pytest.raises(SealError):
        bob.accounts.log_in("bob", PASSWORD, HOME, mfa_code=alice.code())


def test_it_is_turned_off_by_password_and_code(alice: Person, stage: Stage) -> None:
    with pytest.raises(WrongCredentialsError):
        alice.disable(alice.code(), "Wrong horse 1")
    with pytest.raises(WrongCodeError):
        alice.disable(alice.wrong())
    alice.disable(alice.code())
    assert alice.enter(None) == "in"
    assert not [row for row in stage.rows(USERS) if {"mfa_secret", "mfa_step", "recovery_codes"} & set(row)]
    with pytest.raises(ConflictError):
        alice.disable(alice.code())


def test_it_is_turned_off_by_a_recovery_code(alice: Person) -> None:
    alice.enter(alice.recovery_codes[0])
    with pytest.raises(WrongCodeError):
        alice.disable(alice.recovery_codes[0])
    alice.disable(alice.recovery_codes[1])
    assert alice.enter(None) == "in"


def test_a_code_that_was_used_turns_nothing_off(alice: Person) -> None:
    code = alice.code()
    assert alice.enter(code) == "in"
    with pytest.raises(WrongCodeError):
        alice.disable(code)
    assert alice.enter(None) == "CodeMissingError"


@pytest.mark.parametrize("what", ["confirm", "disable"])
def test_wrong_codes_lock_here_too(enrol: Enrol, turned_clock: TurnedClock, what: str) -> None:
    person = enrol()
    if what == "disable":
        person.confirm(person.code())
        turned_clock.advance(3 * STEP)
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            getattr(person, what)(person.wrong())
    with pytest.raises(LockedError):
        getattr(person, what)(person.code())
    assert person.enter(person.code()) == "LockedError"


def test_who_has_one_cannot_enrol_and_who_has_not_cannot_confirm(alice: Person, register: Register) -> None:
    with pytest.raises(ConflictError):
        SecondFactorService.open().enrol(alice.id, "alice")
    with pytest.raises(ConflictError):
        alice.confirm(alice.code())
    bob = register("bob").user
    with pytest.raises(ConflictError):
        SecondFactorService.open().confirm(bob.id, "bob", "123456", HOME.address)


def test_an_outage_of_kms_lets_nobody_in(alice: Person, stage: Stage) -> None:
    stage.restart()
    with stage.refusing("kms", "Decrypt", "KMSInternalException") as fired, pytest.raises(UnavailableError):
        alice.accounts.log_in("alice", PASSWORD, HOME, mfa_code=alice.code())
    assert fired
    assert alice.enter(alice.code()) == "in"


def test_requests_to_aws(alice: Person, stage: Stage) -> None:
    alice.enter(alice.code(-1))
    login = ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert stage.calls_of(lambda: alice.enter(alice.code())) == login
    stage.restart()
    calls = stage.calls_of(lambda: alice.enter(alice.code(1)))
    assert [call for call in calls if "secrets" not in call] == [login[0], "kms:Decrypt", login[1]]
