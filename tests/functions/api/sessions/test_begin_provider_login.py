"""GET /api/v1/auth/oauth/{provider}/authorize."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.base import aws, clock, tokens
from shared.base.ids import new_id
from shared.contract.resources import OAUTH_CLIENTS, SESSIONS, USERS
from shared.domains.accounts.model import Session
from shared.domains.accounts.store.sessions import SessionStore
from tests.api import Answer
from tests.aws import Stage, real_name
from tests.callers import account, api_key
from tests.functions.api.sessions.logins import begin
from tests.provider import OTHER_REDIRECT, REDIRECT, Provider


def asked(answer: Answer) -> dict[str, str]:
    """What the provider will be asked, by the address of its login page."""
    assert answer.status == 200, answer.body
    query = urlsplit(answer.json["authorization_url"]).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def test_the_address_has_all_that_the_protocol_wants(provider: Provider, stage: Stage) -> None:
    answer = begin()
    query = asked(answer)
    assert answer.json["authorization_url"].startswith(f"{provider.address}/authorize?")
    assert query["state"] == answer.json["state"]
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert (query["client_id"], query["redirect_uri"]) == ("a-google-client", REDIRECT)
    assert (query["access_type"], query["prompt"]) == ("offline", "select_account")
    assert query["scope"].startswith("openid email profile https://www.googleapis.com/auth/youtube.upload")
    assert len(query["code_challenge"]) == len(query["nonce"]) == 43
    assert stage.rows(SESSIONS) == stage.rows(USERS) == []
    assert answer.headers["cache-control"] == "no-store"


def test_youtube_asks_for_consent_and_other_scopes(provider: Provider) -> None:
    query = asked(begin("youtube"))
    assert (query["client_id"], query["prompt"]) == ("a-youtube-client", "consent")
    assert "https://www.googleapis.com/auth/yt-analytics.readonly" in query["scope"].split()


def test_no_two_logins_share_anything(provider: Provider) -> None:
    queries = [asked(begin()) for _ in range(3)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({query[name] for query in queries}) == 3


def test_nothing_in_the_address_gives_the_verifier_away(provider: Provider) -> None:
    query = asked(begin())
    for value in query.values():
        digest = base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()).rstrip(b"=").decode()
        assert digest != query["code_challenge"]


def test_another_address_of_the_list_may_be_asked_for(provider: Provider) -> None:
    assert asked(begin(redirect_uri=OTHER_REDIRECT))["redirect_uri"] == OTHER_REDIRECT


VARIANTS = (
    f"{REDIRECT}/",
    f"{REDIRECT}?a=b",
    f"{REDIRECT}#a",
    REDIRECT.upper(),
    REDIRECT.replace("https", "http"),
    REDIRECT.replace("app.", "evil."),
    REDIRECT.replace("://", "://user@"),
    REDIRECT.replace(".example", ".example.evil"),
    REDIRECT.replace(".example", ".example:443"),
    f"{REDIRECT}/../evil",
    f"{REDIRECT},{OTHER_REDIRECT}",
    f" {REDIRECT}",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("variant", VARIANTS)
def test_case_27_variants_of_an_allowed_address_are_refused(provider: Provider, variant: str) -> None:
    answer = begin(redirect_uri=variant)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == ["redirect_uri"]
    assert provider.asked == []


@pytest.mark.parametrize("name", ["github", "GOOGLE", "google%2f..", "a" * 300])
def test_a_provider_that_is_none_is_not_there(provider: Provider, name: str) -> None:
    assert begin(name).status == 404


def test_a_stage_without_clients_has_no_such_provider(stage: Stage) -> None:
    assert [begin(name).status for name in ("google", "youtube")] == [404, 404]


def test_a_stage_may_have_one_of_two(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_CLIENT_ID", "")
    assert [begin(name).status for name in ("google", "youtube")] == [200, 404]


@pytest.mark.parametrize("held", ["generated-0123456789", "[]", "7", json.dumps({"youtube": "a"})])
def test_a_client_whose_secret_was_never_stored_is_503(provider: Provider, stage: Stage, held: str) -> None:
    with stage.unrecorded():
        aws.client("secretsmanager").put_secret_value(SecretId=real_name(OAUTH_CLIENTS), SecretString=held)
    answer = begin()
    assert answer.status == 503
    assert "not set up yet" in answer.error["message"]


def test_a_key_is_refused_and_an_old_login_has_to_be_renewed(provider: Provider, stage: Stage) -> None:
    known = account(stage)
    assert begin(token=known.token).status == 200
    assert begin(token=api_key(stage, known.user_id, "videos:read")).status == 403
    ends = int(clock.now()) + 86400
    old = Session(new_id(), known.user_id, "0" * 64, clock.timestamp(clock.now() - 3601), ends)
    SessionStore.open().begin(old)
    person = tokens.Person(known.user_id, "alice", "alice@example.com", "Alice", "", "user")
    refused = begin(token=tokens.issue_access_token(person, old.id, session_ends=ends))
    assert (refused.status, refused.error["details"][0]["code"]) == (401, "STEP_UP_REQUIRED")


def test_a_warm_request_costs_nothing_but_its_lease(provider: Provider, stage: Stage) -> None:
    begin()
    assert set(stage.calls_of(begin)) <= {"dynamodb:UpdateItem"}
