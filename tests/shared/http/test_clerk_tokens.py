"""Session tokens of Clerk: what passes, and what does not."""

import json
import time
from typing import Any

import pytest

from functions.api.accounts import get_me
from shared.base import clerk_tokens, key_sets
from shared.contract.resources import USERS
from tests import jwts
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import account, service_token
from tests.clerk import clerk
from tests.clock import TurnedClock
from tests.issuer import Issuer, issuers_key
from tests.shared.http import things

__all__ = ["clerk"]


def me(token: str, ask: Any = call, **more: Any) -> Answer:
    answer: Answer = ask(get_me.handler, "GET", "/api/auth/me", token=token, **more)
    return answer


def test_case_1_unsigned_tokens_are_401(clerk: Issuer) -> None:
    for algorithm in ("none", "None", "nOnE", None):
        head = {"alg": algorithm, "kid": "ins_0", "typ": "JWT"}
        assert me(jwts.parts(head, clerk.claims()) + ".").status == 401


def test_case_2_the_public_key_is_no_shared_secret(clerk: Issuer) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = issuers_key().public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for key in (pem, pem.rstrip(), der, clerk.jwks()):
        token = jwts.hmac_signed({"alg": "HS256", "kid": "ins_0", "typ": "JWT"}, clerk.claims(), key)
        assert me(token).status == 401


def test_case_4_strange_keys_are_401_and_nobody_else_is_asked(clerk: Issuer) -> None:
    assert me(clerk.token()).status == 200
    before = len(clerk.asked)
    for kid in ("../../etc/passwd", "' OR 1=1", "x" * 10_000, "ins_9", ""):
        assert me(clerk.token(header={"kid": kid})).status == 401
    for name in ("jku", "x5u", "jwk", "crit", "x5c"):
        assert me(clerk.token(header={name: clerk.address})).status == 401
    assert len(clerk.asked) == before, "the keys were read less than a minute ago"


NOW = int(time.time())
WRONG: list[dict[str, Any]] = [
    {"exp": NOW - 1},
    {"exp": None},
    {"exp": str(NOW + 3600)},
    {"exp": NOW + 3600.5},
    {"exp": 1e30},
    {"exp": True},
    {"nbf": NOW + 86_400},
    {"iat": NOW + 86_400},
    {"iat": None},
    {"nbf": None},
    {"sub": None},
    {"sub": ""},
    {"sub": "user/../ada"},
    {"sub": ["user_ada"]},
    {"sid": None},
    {"azp": None},
    {"azp": ""},
    {"azp": "https://app.showreel.example.evil"},
    {"azp": ["https://app.showreel.example"]},
    {"aud": "somebody"},
    {"act": {"sub": "user_admin"}},
    {"sts": "pending"},
    {"iss": "https://clerk.evil.example"},
    {"email": 7},
]


@pytest.mark.parametrize("wrong", WRONG, ids=[f"{next(iter(wrong))}-{number}" for number, wrong in enumerate(WRONG)])
def test_case_5_claims_that_are_wrong_in_one_respect_are_401(
    clerk: Issuer, stage: Stage, wrong: dict[str, Any]
) -> None:
    assert me(clerk.token(**wrong)).status == 401
    assert stage.rows(USERS) == []


def test_case_6_our_tokens_and_theirs_do_not_pass_for_each_other(clerk: Issuer, stage: Stage) -> None:
    token = clerk.token()
    service = service_token(stage, "internal:things")
    assert call(things.count_things_handler, "GET", "/internal/things", token=token).status == 401
    assert me(service).status == 401
    ours = jwts.signed({"alg": "RS256", "typ": "at+jwt", "kid": "ins_0"}, jwts.claims(), issuers_key())
    assert me(ours).status == 401, "their key proves nothing of ours"
    theirs = jwts.signed(jwts.header(), clerk.claims())
    assert me(theirs).status == 401, "our key proves nothing of theirs"
    assert me(account(stage).token).status == 200


def test_case_7_keys_rotate(clerk: Issuer, turned_clock: TurnedClock) -> None:
    long = {"exp": int(time.time()) + 3600}
    assert me(clerk.token(**long)).status == 200
    clerk.kids = [0, 1]
    assert me(clerk.token(key=1, **long)).status == 401, "the keys were read a moment ago"
    turned_clock.advance(key_sets.UNKNOWN_KEY_SECONDS)
    assert me(clerk.token(key=1, **long)).status == 200
    asked = len(clerk.asked)
    assert me(clerk.token(key=2, **long)).status == 401
    assert len(clerk.asked) == asked
    clerk.kids = [1]
    turned_clock.advance(key_sets.KEYS_SECONDS)
    assert me(clerk.token(**long)).status == 401, "a key that is gone proves nothing, though the token was known"
    assert me(clerk.token(key=1, **long)).status == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 302, "headers": {"location": "http://127.0.0.1:1/"}},
        {"body": b"no json"},
        {"body": b'{"keys": 7}'},
        {"body": b" " * 100_000},
    ],
    ids=["500", "a redirect", "no JSON", "no keys", "too much"],
)
def test_case_7_while_the_keys_cannot_be_read_known_ones_serve_on(
    clerk: Issuer, turned_clock: TurnedClock, fault: dict[str, Any]
) -> None:
    token = clerk.token(exp=int(time.time()) + 3600)
    for name, value in fault.items():
        setattr(clerk, name, value)
    assert me(token).status == 503, "nobody knows"
    asked = len(clerk.asked)
    assert me(token).status == 503
    assert len(clerk.asked) == asked, "it is left alone for a moment"
    clerk.status, clerk.headers, clerk.body = 200, {}, None
    turned_clock.advance(5)
    assert me(token).status == 200
    for name, value in fault.items():
        setattr(clerk, name, value)
    turned_clock.advance(key_sets.KEYS_SECONDS)
    asked = len(clerk.asked)
    assert me(token).status == 200
    assert me(clerk.token(key=1)).status == 401, "an unknown key is no defect"
    assert len(clerk.asked) == asked + 1


def test_case_7_an_issuer_that_drips_does_not_hold_a_request(clerk: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.base import issuers

    monkeypatch.setattr(issuers, "TOTAL_SECONDS", 0.3)
    clerk.drips = True
    began = time.monotonic()
    assert me(clerk.token()).status == 503
    assert clerk.asked
    assert time.monotonic() - began < 3


def test_case_9_odd_headers_are_401(clerk: Issuer) -> None:
    token = clerk.token()
    odd = [f"Bearer  {token}", f"Bearer {token},{token}", f"Bearer {token} x", token, f"Bearer {token}{'x' * 20_000}"]
    assert [me("", headers={"authorization": value}).status for value in odd] == [401] * len(odd)
    assert me("", query=f"__session={token}").status == 401
    assert me("", headers={"cookie": f"__session={token}"}).status == 401


def test_without_an_issuer_nobody_is_let_in_or_asked(clerk: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_ISSUER")
    assert me(clerk.token()).status == 401
    assert clerk.asked == []


def test_without_authorised_parties_nobody_is_let_in(clerk: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_AUTHORIZED_PARTIES")
    assert me(clerk.token()).status == 401


def test_keys_are_those_that_rs256_can_use(clerk: Issuer) -> None:
    whole = json.loads(clerk.jwks())["keys"]
    odd = [
        {"kty": "EC", "kid": "ins_0"},
        {**whole[0], "alg": "RS512"},
        {**whole[0], "kid": 7},
        {"kty": "oct", "k": "AAAA"},
    ]
    clerk.body = json.dumps({"keys": [*odd, *whole]}).encode()
    assert me(clerk.token()).status == 200
    clerk_tokens.forget()
    clerk.body = json.dumps({"keys": odd}).encode()
    assert me(clerk.token(sid="sess_2")).status == 401


@pytest.mark.parametrize("broken", [{}, {"n": 5, "e": "AQAB"}, {"n": "!!", "e": "AQAB"}, {"n": "", "e": ""}])
def test_a_broken_key_does_not_take_the_others_with_it(clerk: Issuer, broken: dict[str, Any]) -> None:
    good = json.loads(clerk.jwks())["keys"]
    clerk.body = json.dumps({"keys": [{"kty": "RSA", "kid": "ins_broken", **broken}, *good]}).encode()
    assert me(clerk.token()).status == 200
