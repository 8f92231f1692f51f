"""Sessions and tokens as they are handed out: how long each lives, and what is kept of it."""

import hashlib
import hmac
import uuid
from dataclasses import replace

import pytest

from shared.base import clock, tokens
from shared.domains.accounts.errors import SessionEndedError
from shared.domains.accounts.model import Device, Edition, Session, User
from shared.domains.accounts.rules.sessions import refresh_hash, successor
from shared.domains.accounts.service.issuing import logged_in, new_session, tokens_of
from shared.domains.accounts.service.sessions import RefreshService
from tests.aws import Stage
from tests.clock import TurnedClock

NOW = 1_800_000_000
DAY = 86400
ADA = User("ada", "ada", "ada@example.com", "Ada L.", "2026-01-31T12:00:00.000Z", role="creator", tier="pro")
KEY = b"k" * 32
GOOD, OF_VERSION_1 = "2d0b6a0e-9d0c-4d3c-8a52-8f4f1f0e7c11", "fc0b1a3c-7d5b-11ee-8c99-0242ac120002"


@pytest.fixture
def now(stage: Stage, turned_clock: TurnedClock) -> TurnedClock:
    turned_clock.seconds = NOW
    return turned_clock


@pytest.mark.parametrize(("days", "lives"), [("", 7 * DAY), ("1", DAY), ("30", 30 * DAY)])
def test_a_session_lives_seven_days_or_what_its_setting_says(
    now: TurnedClock, monkeypatch: pytest.MonkeyPatch, days: str, lives: int
) -> None:
    if days:
        monkeypatch.setenv("REFRESH_TOKEN_EXPIRE_DAYS", days)
    session, jti = new_session("ada", Edition.STUDIO, Device("203.0.113.7", "a" * 201))
    assert uuid.UUID(jti).version == 4
    shown = Device("203.0.113.7", "a" * 200)
    assert session == Session(
        session.id, "ada", refresh_hash(jti), clock.timestamp(NOW), NOW + lives, Edition.STUDIO, shown
    )
    assert new_session("ada", Edition.STUDIO, shown)[0].id != session.id


@pytest.mark.parametrize(
    ("picture", "shown"),
    [
        ("", "https://media.showreel.example/public/avatar.svg"),
        ("/public/avatars/ada/1.jpg", "https://media.showreel.example/public/avatars/ada/1.jpg"),
        ("https://elsewhere.example/ada.png", "https://elsewhere.example/ada.png"),
    ],
)
def test_who_logs_in_and_their_token_have_the_address_of_their_picture(
    now: TurnedClock, picture: str, shown: str
) -> None:
    made = logged_in(replace(ADA, avatar_url=picture), *new_session("ada", Edition.WATCH, Device()))
    assert made.user == replace(ADA, avatar_url=shown)
    claims = tokens.verify(made.tokens.access_token, "access")
    assert (claims.avatar_url, claims.display_name, claims.tier) == (shown, "Ada L.", "pro")


@pytest.mark.parametrize(("edition", "minutes"), [(Edition.WATCH, 15), (Edition.STUDIO, 60)])
def test_an_access_token_lives_a_quarter_of_an_hour_and_an_hour_in_studio(
    now: TurnedClock, edition: Edition, minutes: int
) -> None:
    session, jti = new_session("ada", edition, Device())
    made = tokens_of(ADA, session, jti)
    claims = tokens.verify(made.access_token, "access")
    assert (claims.user_id, claims.session_id, claims.role) == ("ada", session.id, "creator")
    assert (claims.expires_at, made.expires_in) == (NOW + 60 * minutes, 60 * minutes)
    now.advance(7 * DAY - 10)
    last = tokens_of(ADA, session, jti)
    assert tokens.verify(last.access_token, "access").expires_at == session.expires_at
    assert last.expires_in == 10


def test_a_refresh_token_is_signed_and_in_studio_bare(now: TurnedClock) -> None:
    session, jti = new_session("ada", Edition.WATCH, Device())
    claims = tokens.verify(tokens_of(ADA, session, jti).refresh_token, "refresh")
    assert (claims.token_id, claims.user_id, claims.session_id) == (jti, "ada", session.id)
    assert claims.expires_at == session.expires_at
    session, jti = new_session("ada", Edition.STUDIO, Device())
    assert tokens_of(ADA, session, jti).refresh_token == jti


def test_the_token_that_follows_is_known_to_the_holder_of_the_key_alone() -> None:
    digest = hmac.new(KEY, b"refresh:session:jti", hashlib.sha256).digest()
    following = successor("jti", "session", KEY)
    assert following == str(uuid.UUID(bytes=digest[:16], version=4))
    assert uuid.UUID(following).version == 4
    others = [successor("other", "session", KEY), successor("jti", "other", KEY), successor("jti", "session", b"other")]
    assert len({following, *others}) == 4
    assert refresh_hash("jti") == hashlib.sha256(b"jti").hexdigest()


@pytest.mark.parametrize("token", ["", "x", OF_VERSION_1, GOOD.upper(), GOOD.replace("-", "")])
def test_what_is_no_bare_token_is_looked_for_nowhere(stage: Stage, token: str) -> None:
    with pytest.raises(SessionEndedError):
        RefreshService.open().refresh_opaque(token)
    assert stage.calls == []


def test_a_bare_token_that_nobody_has_is_looked_for_once(stage: Stage) -> None:
    with pytest.raises(SessionEndedError):
        RefreshService.open().refresh_opaque(GOOD)
    assert len(stage.calls) == 1
