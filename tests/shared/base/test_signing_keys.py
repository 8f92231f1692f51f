"""Signing keys: the first one, and how they change without logging anybody out."""

import hashlib
import json
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from shared.base import aws, base64url, key_sets, public_keys, signing_keys, tokens
from shared.base.errors import InvalidTokenError, UnavailableError
from shared.base.signing_keys import PUBLISHED_BEFORE, ROTATE_AFTER
from shared.contract.resources import PUBLIC_KEYS, SIGNING_KEYS
from tests import jwts
from tests.aws import Stage, real_name
from tests.clock import TurnedClock
from tests.resources import first_key

DAY = 86400
START = 1_800_000_000


def issue(clock: TurnedClock) -> str:
    """A refresh token: the one that lives longest."""
    ends = int(clock() + 7 * DAY)
    return tokens.issue_refresh_token(str(uuid.uuid4()), user_id="u", session_id="s", session_ends=ends)


def key_of(token: str) -> str:
    kid: str = jwts.decode(token)[0]["kid"]
    return kid


def stored() -> list[signing_keys.SigningKey]:
    answer = aws.client("secretsmanager").get_secret_value(SecretId=real_name(SIGNING_KEYS))
    return signing_keys.parse(answer["SecretString"])


def published() -> list[str]:
    answer = aws.client("ssm").get_parameter(Name=real_name(PUBLIC_KEYS))
    return [jwk["kid"] for jwk in json.loads(answer["Parameter"]["Value"])["keys"]]


def test_the_first_key_is_made_once(bare_stage: Stage) -> None:
    assert (stored(), published()) == ([], [])
    assert signing_keys.prepare()
    (key,) = stored()
    assert published() == [key.kid]
    assert not signing_keys.prepare()
    assert stored() == [key]


def test_the_first_key_signs_at_once(bare_stage: Stage, turned_clock: TurnedClock) -> None:
    signing_keys.prepare()
    tokens.verify(issue(turned_clock), "refresh")


def test_preparing_again_publishes_what_got_lost(stage: Stage) -> None:
    aws.client("ssm").put_parameter(Name=real_name(PUBLIC_KEYS), Value='{"keys": []}', Overwrite=True)
    assert not signing_keys.prepare()
    assert published() == [first_key().kid]
    assert stored() == [first_key()]


def test_the_public_set_holds_nothing_private(stage: Stage) -> None:
    signing_keys.rotate()
    text = aws.client("ssm").get_parameter(Name=real_name(PUBLIC_KEYS))["Parameter"]["Value"]
    for jwk in json.loads(text)["keys"]:
        assert set(jwk) == {"kty", "kid", "use", "alg", "n", "e"}
    assert not any(json.dumps(key.jwk[name]) in text for key in stored() for name in ("d", "p", "q", "dp", "dq", "qi"))


def test_the_public_set_fits_into_a_standard_parameter(bare_stage: Stage) -> None:
    keys = [signing_keys.make_key(number) for number in range(3)]
    assert len(json.dumps(signing_keys.public_set(keys))) < 4096


def test_a_key_is_named_by_its_thumbprint_and_says_what_it_is_for() -> None:
    """RFC 7638 3: its required members in this order, without a blank."""
    jwk = signing_keys.make_key(START).jwk
    members = f'{{"e":"{jwk["e"]}","kty":"RSA","n":"{jwk["n"]}"}}'
    assert jwk["kid"] == base64url.encode(hashlib.sha256(members.encode()).digest())
    assert set(jwk) == {"kty", "kid", "use", "alg", "n", "e", "d", "p", "q", "dp", "dq", "qi"}
    assert (jwk["alg"], jwk["use"], jwk["e"]) == ("RS256", "sig", "AQAB")


@pytest.mark.parametrize(("now", "signs"), [(START, "old"), (START + 9, "old"), (START + 10, "new"), (2**40, "new")])
def test_a_key_signs_from_its_second_on(now: float, signs: str) -> None:
    keys = [signing_keys.SigningKey(START, {"kid": "old"}), signing_keys.SigningKey(START + 10, {"kid": "new"})]
    assert signing_keys.signing_key(keys, now).kid == signs
    with pytest.raises(UnavailableError):
        signing_keys.signing_key(keys, START - 1)


def test_a_young_key_stays(bare_stage: Stage, turned_clock: TurnedClock) -> None:
    signing_keys.prepare()
    turned_clock.advance(ROTATE_AFTER - 1)
    before = stored()
    assert not signing_keys.rotate()
    assert stored() == before


def test_a_key_is_old_after_ninety_days_to_the_second(bare_stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START
    signing_keys.prepare()
    turned_clock.advance(ROTATE_AFTER)
    assert signing_keys.rotate()
    assert [key.signs_from for key in stored()] == [START, START + ROTATE_AFTER + PUBLISHED_BEFORE]


def test_a_rotation_that_finds_no_key_makes_one_that_signs_at_once(
    bare_stage: Stage, turned_clock: TurnedClock
) -> None:
    assert signing_keys.rotate()
    tokens.verify(issue(turned_clock), "refresh")


@pytest.mark.parametrize(("days", "kept_days"), [("", 8), ("30", 31)])
def test_a_key_outlives_the_last_token_that_it_signed_by_a_day(
    monkeypatch: pytest.MonkeyPatch, days: str, kept_days: int
) -> None:
    if days:
        monkeypatch.setenv("REFRESH_TOKEN_EXPIRE_DAYS", days)
    old, new = signing_keys.SigningKey(0, {}), signing_keys.SigningKey(START, {})
    ends = START + kept_days * DAY
    assert signing_keys._alive([old, new], ends - 1) == [old, new]
    assert signing_keys._alive([old, new], ends) == [new]
    assert signing_keys._alive([new], ends + 1000 * DAY) == [new], "the newest signs on"


def test_a_rotation_logs_nobody_out(bare_stage: Stage, turned_clock: TurnedClock) -> None:
    signing_keys.prepare()
    old_token = issue(turned_clock)
    old = key_of(old_token)

    turned_clock.advance(ROTATE_AFTER)
    bare_stage.restart()
    last = issue(turned_clock)
    assert signing_keys.rotate()
    assert published() == [key.kid for key in stored()]
    new = stored()[-1].kid
    assert new != old

    turned_clock.advance(PUBLISHED_BEFORE - 1)
    assert key_of(issue(turned_clock)) == old  # verifiers may not know the new key yet
    turned_clock.advance(1)
    signed_by_new = issue(turned_clock)
    assert key_of(signed_by_new) == new
    tokens.verify(signed_by_new, "refresh")
    tokens.verify(last, "refresh")

    turned_clock.advance(7 * DAY - PUBLISHED_BEFORE - 1)
    assert not signing_keys.rotate()
    bare_stage.restart()
    tokens.verify(last, "refresh")  # in the last second of its life

    turned_clock.advance(2 * DAY)
    assert not signing_keys.rotate()
    assert published() == [new] == [key.kid for key in stored()]
    assert not signing_keys.rotate()


def test_verifiers_learn_of_a_key_before_it_signs(bare_stage: Stage, turned_clock: TurnedClock) -> None:
    signing_keys.prepare()
    tokens.verify(issue(turned_clock), "refresh")  # a verifier that has just read the public set
    turned_clock.advance(ROTATE_AFTER)
    tokens.verify(issue(turned_clock), "refresh")
    signing_keys.rotate()
    turned_clock.advance(PUBLISHED_BEFORE)
    token = issue(turned_clock)
    assert bare_stage.calls_of(lambda: tokens.verify(token, "refresh")) == [
        "ssm:GetParameter"
    ]  # it had grown old anyway


def test_a_rotation_that_broke_off_is_mended_by_the_next(bare_stage: Stage, turned_clock: TurnedClock) -> None:
    signing_keys.prepare()
    turned_clock.advance(ROTATE_AFTER)

    with (
        bare_stage.refusing("secretsmanager", "PutSecretValue", "InternalServiceError") as fired,
        pytest.raises(ClientError, match="InternalServiceError"),
    ):
        signing_keys.rotate()
    assert fired
    assert len(published()) == 2
    assert len(stored()) == 1
    tokens.verify(issue(turned_clock), "refresh")
    assert signing_keys.rotate()
    assert published() == [key.kid for key in stored()]


def test_two_rotations_at_once_end_with_what_signs_being_public(
    bare_stage: Stage, turned_clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's secret is written last, ours is the last public set: ours looks again and puts it right."""
    signing_keys.prepare()
    turned_clock.advance(ROTATE_AFTER)
    others = [*stored(), signing_keys.make_key(turned_clock() + PUBLISHED_BEFORE)]
    store = signing_keys._store

    def overtaken(keys: list[signing_keys.SigningKey]) -> None:
        store(keys)
        store(others)

    monkeypatch.setattr(signing_keys, "_store", overtaken)
    signing_keys.rotate()
    assert stored() == others
    assert published() == [key.kid for key in others]


def test_without_any_key_there_is_no_token_and_no_500(bare_stage: Stage) -> None:
    with pytest.raises(UnavailableError):
        tokens.issue_service_token("metrics", frozenset({"internal:metrics"}))
    token = jwts.signed(jwts.header(), jwts.claims())
    with pytest.raises(InvalidTokenError):
        tokens.verify(token, "access")

    def again() -> None:
        with pytest.raises(InvalidTokenError):
            tokens.verify(token, "access")

    assert bare_stage.calls_of(again) == []


@pytest.mark.parametrize("text", ["", "a-placeholder", "[]", "7", "null", '{"keys": []}', "{}"])
def test_a_secret_without_keys_holds_none(text: str) -> None:
    assert signing_keys.parse(text) == []


def test_the_stage_begins_where_time_does() -> None:
    assert signing_keys.signing_key([first_key()], time.time()) == first_key()


def test_known_keys_are_at_most_five_minutes_old(stage: Stage, turned_clock: TurnedClock) -> None:
    token = issue(turned_clock)
    tokens.verify(token, "refresh")
    aws.client("ssm").put_parameter(Name=real_name(PUBLIC_KEYS), Value='{"keys": []}', Overwrite=True)
    turned_clock.advance(key_sets.KEYS_SECONDS - 1)
    tokens.verify(token, "refresh")
    turned_clock.advance(1)
    with pytest.raises(InvalidTokenError):  # the key was withdrawn, though the token had been verified before
        tokens.verify(token, "refresh")


def test_an_unknown_key_is_asked_for_once_a_minute(stage: Stage, turned_clock: TurnedClock) -> None:
    tokens.verify(issue(turned_clock), "refresh")
    new = signing_keys.make_key(0)
    signing_keys._store([new])
    aws.forget()
    token = issue(turned_clock)
    assert key_of(token) == new.kid
    assert [jwk["kid"] for jwk in public_keys.published()] == [first_key().kid]
    keys = signing_keys.public_set([first_key(), new])
    aws.client("ssm").put_parameter(Name=real_name(PUBLIC_KEYS), Value=json.dumps(keys), Overwrite=True)

    def refused() -> None:
        with pytest.raises(InvalidTokenError):
            tokens.verify(token, "refresh")

    assert stage.calls_of(refused) == []
    turned_clock.advance(key_sets.UNKNOWN_KEY_SECONDS)
    assert stage.calls_of(lambda: tokens.verify(token, "refresh")) == ["ssm:GetParameter"]
    strange = jwts.signed(jwts.header(kid="B" * 43), jwts.claims())
    with pytest.raises(InvalidTokenError):
        tokens.verify(strange, "access")


@pytest.mark.parametrize("kid", ["../../etc/passwd", "A" * 42, "A" * 44, "é" * 43])
def test_what_is_no_id_of_ours_is_not_asked_for(stage: Stage, turned_clock: TurnedClock, kid: str) -> None:
    tokens.verify(issue(turned_clock), "refresh")
    turned_clock.advance(key_sets.UNKNOWN_KEY_SECONDS)
    strange = jwts.signed(jwts.header(kid=kid), jwts.claims())
    before = len(stage.calls)
    with pytest.raises(InvalidTokenError):
        tokens.verify(strange, "access")
    assert len(stage.calls) == before


def test_known_keys_serve_on_while_they_cannot_be_read(stage: Stage, turned_clock: TurnedClock) -> None:
    token = issue(turned_clock)
    tokens.verify(token, "refresh")
    turned_clock.advance(key_sets.KEYS_SECONDS)

    with stage.refusing("ssm", "GetParameter", "InternalServerError") as fired:
        tokens.verify(token, "refresh")
        tokens.verify(token, "refresh")
        with pytest.raises(InvalidTokenError):
            tokens.verify(jwts.signed(jwts.header(kid="B" * 43), jwts.claims()), "access")
    assert fired == ["InternalServerError"]


def test_a_verifier_that_never_read_the_keys_says_503(stage: Stage, turned_clock: TurnedClock) -> None:
    token = issue(turned_clock)

    with stage.refusing("ssm", "GetParameter", "InternalServerError") as fired, pytest.raises(UnavailableError):
        tokens.verify(token, "refresh")
    assert fired == ["InternalServerError"]
