"""From when and until when a token is good, to the second, and what else it says whatever its use."""

import uuid
from typing import Any

import pytest

from shared.base import aws, tokens
from shared.base.errors import InvalidTokenError
from shared.base.key_sets import KEYS_SECONDS
from shared.base.tokens import LEEWAY, Claims, Person, access_seconds
from shared.contract.resources import PUBLIC_KEYS
from tests import jwts
from tests.aws import SETTINGS, Stage, real_name
from tests.clock import TurnedClock
from tests.resources import first_key

NOW = 1_800_000_000
ADA = Person("ada", "ada", "ada@example.com", "Ada L.", "https://a.example/ada", "creator", "pro")


@pytest.fixture
def now(stage: Stage, turned_clock: TurnedClock) -> TurnedClock:
    turned_clock.seconds = NOW
    return turned_clock


def verified(**changes: Any) -> Claims:
    """What a good access token of these claims says."""
    good = {"iat": NOW, "exp": NOW + 600}
    return tokens.verify(jwts.signed(jwts.header(), jwts.claims(**{**good, **changes})), "access")


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_clock_may_be_a_minute_ahead_and_no_more(now: TurnedClock, name: str) -> None:
    assert verified(**{name: NOW + LEEWAY})
    with pytest.raises(InvalidTokenError, match="not valid yet"):
        verified(**{name: NOW + LEEWAY + 1})


def test_the_end_of_a_token_is_exact(now: TurnedClock) -> None:
    assert verified(exp=NOW + 1).expires_at == NOW + 1
    with pytest.raises(InvalidTokenError, match="has expired"):
        verified(exp=NOW)


def test_moments_are_kept_as_they_are_sent(now: TurnedClock) -> None:
    claims = verified(iat=NOW - 5, nbf=NOW - 3)
    assert (claims.issued_at, claims.not_before, claims.expires_at) == (NOW - 5, NOW - 3, NOW + 600)
    assert verified(iat=NOW - 5).not_before == NOW - 5
    assert verified(iat=0, exp=2**40 - 1).expires_at == 2**40 - 1
    for moment in (-1, 2**40):
        with pytest.raises(InvalidTokenError, match="not a token"):
            verified(exp=moment)


def test_an_access_token_lives_as_its_setting_says_or_as_is_asked_and_no_longer_than_its_session(
    now: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert access_seconds(NOW + 86400) == 15 * 60
    assert access_seconds(NOW + 86400, 60) == 60 * 60
    assert access_seconds(NOW + 899) == 899
    assert access_seconds(NOW + 901) == 900
    monkeypatch.setenv("ACCESS_TOKEN_EXPIRE_MINUTES", "5")
    assert access_seconds(NOW + 86400) == 5 * 60
    token = tokens.issue_access_token(ADA, "session", session_ends=NOW + 86400, minutes=60)
    assert tokens.verify(token, "access").expires_at == NOW + 3600


def test_an_access_token_says_all_of_its_person(now: TurnedClock) -> None:
    token = tokens.issue_access_token(ADA, "session", session_ends=NOW + 86400)
    claims = tokens.verify(token, "access")
    assert uuid.UUID(claims.token_id).version == 4
    assert claims == Claims(
        use="access",
        subject="ada",
        token_id=claims.token_id,
        issuer=SETTINGS["TOKEN_ISSUER"],
        issued_at=NOW,
        not_before=NOW,
        expires_at=NOW + 900,
        key_id=first_key().kid,
        user_id="ada",
        username="ada",
        email="ada@example.com",
        display_name="Ada L.",
        avatar_url="https://a.example/ada",
        role="creator",
        tier="pro",
        session_id="session",
        permissions=tokens.ROLE_PERMISSIONS["creator"],
    )


def test_a_refresh_token_says_its_session_and_lives_as_long(now: TurnedClock) -> None:
    jti = str(uuid.uuid4())
    claims = tokens.verify(
        tokens.issue_refresh_token(jti, user_id="ada", session_id="session", session_ends=NOW + 99), "refresh"
    )
    assert (claims.use, claims.token_id, claims.subject, claims.user_id) == ("refresh", jti, "ada", "ada")
    assert (claims.session_id, claims.expires_at, claims.permissions) == ("session", NOW + 99, frozenset())


def test_a_service_token_has_a_name_of_its_own_and_the_role_of_services(now: TurnedClock) -> None:
    token = tokens.issue_service_token("metrics", frozenset({"internal:metrics"}))
    payload = jwts.decode(token)[1]
    assert payload["role"] == "service"
    assert uuid.UUID(payload["jti"]).version == 4
    claims = tokens.verify(token, "service")
    assert (claims.role, claims.tier, claims.expires_at) == ("service", "free", NOW + 3600)


def test_who_has_no_tier_has_the_free_one(now: TurnedClock) -> None:
    assert verified().tier == "free"
    assert verified(tier="enterprise").tier == "enterprise"


def test_tokens_of_a_key_that_is_withdrawn_are_no_good_though_they_are_known(now: TurnedClock) -> None:
    assert verified()
    aws.client("ssm").put_parameter(Name=real_name(PUBLIC_KEYS), Value='{"keys": []}', Overwrite=True)
    now.advance(KEYS_SECONDS - 1)
    assert verified()
    now.advance(1)
    with pytest.raises(InvalidTokenError, match="not a token"):
        verified()


def test_the_token_that_was_used_last_is_known_for_longest(now: TurnedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "VERIFIED_KEPT", 2)
    for number in (1, 2, 1, 3):
        verified(jti=f"token-{number}")
    assert [claims.token_id for claims in tokens._verified.values()] == ["token-1", "token-3"]
