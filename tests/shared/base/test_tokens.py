"""Tokens: what is issued, and that nothing else passes."""

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shared.base import tokens
from shared.base.errors import InvalidTokenError
from shared.base.tokens import Person, Use, verify
from tests import jwts
from tests.aws import SETTINGS, Stage
from tests.clock import TurnedClock
from tests.resources import first_key

ALICE = Person(
    "01900000-0000-7000-8000-000000000001", "alice", "alice@example.com", "Alice 😀", "https://a.example/a", "creator"
)
SESSION, HEAD = "01900000-0000-7000-8000-000000000002", "01900000-0000-7000-8000-000000000003"
USES: tuple[Use, ...] = ("access", "refresh", "service", "impersonation")


def issue(use: Use) -> str:
    end = int(time.time()) + 7 * 86400
    if use == "access":
        return tokens.issue_access_token(ALICE, SESSION, session_ends=end)
    if use == "refresh":
        token_id = str(uuid.uuid4())
        return tokens.issue_refresh_token(token_id, user_id=ALICE.user_id, session_id=SESSION, session_ends=end)
    if use == "impersonation":
        return tokens.issue_impersonation_token(ALICE, HEAD, SESSION)
    return tokens.issue_service_token("metrics", frozenset({"internal:metrics"}))


def refused(token: str, use: Use = "access") -> None:
    with pytest.raises(InvalidTokenError):
        verify(token, use)


@pytest.fixture
def stage(lasting_stage: Stage) -> Stage:
    """These tests write nothing, so that one stage serves all; each begins without known keys and tokens."""
    tokens.forget()
    return lasting_stage


@pytest.fixture
def listener() -> Iterator[tuple[str, list[int]]]:
    """A server on loopback: its address, and a list that grows with each connection."""
    met: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    server.accept()[0].close()
                    met.append(1)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/keys", met
        stop.set()
        thread.join()


def test_an_access_token_carries_the_claims_of_its_contract(stage: Stage) -> None:
    header, payload = jwts.decode(issue("access"))
    assert header == {"alg": "RS256", "typ": "at+jwt", "kid": first_key().kid}
    assert payload["exp"] - payload["iat"] == 15 * 60
    expected = "user_id username email display_name avatar_url role tier iss aud sub sid jti iat exp token_use"
    assert set(payload) == set(expected.split())
    assert (payload["iss"], payload["aud"]) == (SETTINGS["TOKEN_ISSUER"], SETTINGS["TOKEN_AUDIENCE"])


def test_an_access_token_verifies(stage: Stage) -> None:
    claims = verify(issue("access"), "access")
    assert (claims.subject, claims.user_id, claims.session_id) == (ALICE.user_id, ALICE.user_id, SESSION)
    assert (claims.username, claims.email, claims.display_name) == (ALICE.username, ALICE.email, ALICE.display_name)
    assert "publishing:write" in claims.permissions


def test_the_longest_names_make_a_token_that_passes(stage: Stage) -> None:
    longest = Person(
        "u" * 36, "u" * 30, "😀" * 60 + "@example.com", "😀" * 50, "https://media.example/" + "a" * 300, "creator"
    )
    token = tokens.issue_access_token(longest, SESSION, session_ends=int(time.time()) + 600)
    assert len(token) < tokens.MAX_LENGTH / 2
    assert verify(token, "access").display_name == longest.display_name


def test_a_refresh_token_carries_no_more_than_it_must(stage: Stage) -> None:
    _, payload = jwts.decode(issue("refresh"))
    assert set(payload) == {"iss", "aud", "sub", "sid", "jti", "iat", "exp", "token_use", "user_id"}
    assert payload["exp"] - payload["iat"] == 7 * 86400
    assert uuid.UUID(payload["jti"]).version == 4
    assert payload["jti"] != payload["sid"]


def test_a_service_token_names_its_permissions_and_lives_an_hour(stage: Stage) -> None:
    claims = verify(issue("service"), "service")
    assert (claims.subject, claims.user_id, claims.session_id) == ("service:metrics", "", "")
    assert claims.permissions == {"internal:metrics"}
    assert claims.expires_at - claims.issued_at == 3600
    assert jwts.decode(issue("service"))[1]["aud"] == "internal-api"


def test_an_access_token_does_not_outlive_its_session(stage: Stage) -> None:
    end = int(time.time()) + 60
    assert verify(tokens.issue_access_token(ALICE, SESSION, session_ends=end), "access").expires_at == end


def test_lives_are_settings(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS_TOKEN_EXPIRE_MINUTES", "5")
    claims = verify(issue("access"), "access")
    assert claims.expires_at - claims.issued_at == 300


@pytest.mark.parametrize("issued", USES)
@pytest.mark.parametrize("used", USES)
def test_case_6_no_token_passes_for_another(stage: Stage, issued: Use, used: Use) -> None:
    token = issue(issued)
    if issued == used:
        assert verify(token, used).use == used
    else:
        refused(token, used)
        verify(token, issued)
        refused(token, used)  # also once it is known to be good


@pytest.mark.parametrize("kind", ["at+jwt", "rt+jwt", "st+jwt", "it+jwt", "JWT", "", 7, None])
@pytest.mark.parametrize("use", [*USES, "reset", "", 7, None])
def test_header_and_claim_must_agree_on_the_use(stage: Stage, kind: object, use: object) -> None:
    token = jwts.signed(jwts.header(typ=kind), jwts.claims(token_use=use))
    good = use if (kind, use) in (("at+jwt", "access"), ("rt+jwt", "refresh")) else None  # the audience is people's
    for wanted in USES:
        if wanted == good:
            verify(token, wanted)
        else:
            refused(token, wanted)


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "NONE", "", None])
def test_unsigned_tokens_are_refused(stage: Stage, algorithm: object) -> None:
    text = jwts.parts(jwts.header(alg=algorithm), jwts.claims())
    good = jwts.signed(jwts.header(), jwts.claims()).rpartition(".")[2]
    for signature in ("", good, "AA"):
        refused(f"{text}.{signature}")
    refused(text)


def public_forms() -> list[bytes]:
    """Whatever a verifier that mixes up algorithms might take for an HMAC key."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = jwts.public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    jwk = first_key().public
    return [pem, pem.rstrip(), der, json.dumps(jwk).encode(), jwk["n"].encode(), b""]


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_the_public_key_is_no_shared_secret(stage: Stage, number: int, algorithm: str) -> None:
    refused(jwts.hmac_signed(jwts.header(alg=algorithm), jwts.claims(), public_forms()[number]))


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "ES256", "EdDSA", "HS512", ["RS256"], {"a": 1}])
def test_there_is_one_algorithm(stage: Stage, algorithm: object) -> None:
    refused(jwts.signed(jwts.header(alg=algorithm), jwts.claims()))


def test_a_signature_by_another_key_is_refused(stage: Stage) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    refused(jwts.signed(jwts.header(), jwts.claims(), other))
    token = issue("access")
    refused(token[:-8] + ("A" * 8 if not token.endswith("A" * 8) else "B" * 8))


KIDS = ["../../etc/passwd", "' OR 1=1 --", "x" * 3000, "A" * 43, "", "a\x00b", 7, None, ["a"], {"a": "b"}]


@pytest.mark.parametrize("kid", KIDS)
def test_a_strange_key_id_is_refused(stage: Stage, kid: object) -> None:
    verify(issue("access"), "access")
    calls = stage.calls_of(lambda: refused(jwts.signed(jwts.header(kid=kid), jwts.claims())))
    assert calls == []  # asked for within this minute already


@pytest.mark.parametrize("member", ["jku", "x5u", "jwk", "x5c", "crit", "b64", "zip"])
def test_headers_that_bring_their_own_key_are_not_followed(
    stage: Stage, listener: tuple[str, list[int]], member: str
) -> None:
    address, met = listener
    value = first_key().public if member == "jwk" else [address] if member in ("x5c", "crit") else address
    refused(jwts.signed(jwts.header(**{member: value}), jwts.claims()))
    time.sleep(0.15)
    assert met == []


NOW = int(time.time())
BAD_CLAIMS: dict[str, list[Any]] = {
    "exp": [None, NOW - 1, str(NOW + 600), NOW + 600.5, 1e30, True, -1, 2**63, 10**400, [NOW + 600], {}],
    "nbf": [NOW + 86_400, str(NOW), 1.5, True, []],
    "iat": [None, NOW + 86_400, "now", 1.5, False, {}],
    "aud": [None, "internal-api", ["showreel-users"], "", "SHOWREEL-USERS", 7, {"a": 1}],
    "iss": [None, "showreel-prod", "", ["showreel-test"], 7],
    "sub": [None, 7, ["a"], {}, ""],
    "sid": [None, 7, ["a"], ""],
    "jti": [None, 7, ["a"]],
    "token_use": [None, "refresh", 7, ["access"]],
    "role": [7, ["admin"], {}],
    **{name: [7] for name in ("user_id", "username", "email", "display_name", "avatar_url")},
}
CASES = [(name, value) for name, values in BAD_CLAIMS.items() for value in values]


@pytest.mark.parametrize(("name", "value"), CASES, ids=[f"{name}-{at}" for at, (name, _) in enumerate(CASES)])
def test_claims_that_are_wrong_in_one_respect_are_refused(stage: Stage, name: str, value: object) -> None:
    verify(jwts.signed(jwts.header(), jwts.claims()), "access")
    refused(jwts.signed(jwts.header(), jwts.claims(**{name: value})))


def test_a_clock_a_little_ahead_is_forgiven(stage: Stage) -> None:
    verify(jwts.signed(jwts.header(), jwts.claims(iat=int(time.time()) + 50, nbf=int(time.time()) + 50)), "access")


def test_a_role_that_we_do_not_know_has_no_permission(stage: Stage) -> None:
    token = jwts.signed(jwts.header(), jwts.claims(role="root", permissions=["all"]))
    assert verify(token, "access").permissions == frozenset()


def test_a_token_ends_though_it_is_known(stage: Stage, turned_clock: TurnedClock) -> None:
    token = issue("access")
    verify(token, "access")
    turned_clock.advance(15 * 60 - 1)
    verify(token, "access")
    turned_clock.advance(1)
    refused(token)


def test_a_known_token_costs_no_signature_and_no_call(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    token = issue("access")
    verify(token, "access")
    monkeypatch.setattr(tokens, "_decode", lambda _: pytest.fail("decoded again"))
    assert stage.calls_of(lambda: verify(token, "access")) == []


def test_known_tokens_are_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "VERIFIED_KEPT", 3)
    for _ in range(5):
        verify(issue("access"), "access")
    assert len(tokens._verified) == 3


MALFORMED = [
    *("", ".", "..", "...", "a.b.c", "é.é.é", "a" * 20_000, "a.b", "\ud800", "\x00", " ", "null", "e30.e30.e30"),
    jwts.encode(b"[]") + "." + jwts.encode(b"[]") + ".AA",
    jwts.encode(b"\xff\xfe") + ".e30.AA",
    jwts.encode(b'{"alg":"RS256","alg":"none"}') + ".e30.AA",
    jwts.encode(b'{"a":' * 400 + b"1" + b"}" * 400) + ".e30.AA",
    jwts.encode(b"[" * 2000) + ".e30.AA",
    jwts.encode(b'{"alg":1e999}') + ".e30.AA",
]


@pytest.mark.parametrize("token", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_token_is_refused(stage: Stage, token: str) -> None:
    refused(token)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"null", b"\xff", b'"text"', b"[" * 1500, b'{"exp":' + b"9" * 2000 + b"}"]
)
def test_a_signed_payload_that_is_no_object_is_refused(stage: Stage, payload: bytes) -> None:
    refused(jwts.signed(jwts.header(), payload))


@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_token_with_a_change_is_refused(stage: Stage, data: st.DataObject) -> None:
    token = issue("access")
    place = data.draw(st.integers(0, len(token) - 5))  # the last character has bits that mean nothing
    other = data.draw(st.text(max_size=3))
    changed = token[:place] + other + token[place + len(other) + data.draw(st.integers(0, 1)) :]
    if changed != token:
        refused(changed)
