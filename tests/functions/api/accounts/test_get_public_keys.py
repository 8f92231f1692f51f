"""GET /.well-known/jwks.json."""

import jwt

from functions.api.accounts.get_public_keys import handler
from tests.api import call
from tests.aws import SETTINGS, Stage
from tests.functions.api.accounts.conftest import Register
from tests.resources import first_key

PATH = "/.well-known/jwks.json"


def test_anybody_can_verify_our_tokens_with_it(register: Register) -> None:
    token = register().json["tokens"]["access_token"]
    answer = call(handler, "GET", PATH)
    assert answer.status == 200
    keys = jwt.PyJWKSet.from_dict(answer.json)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["RS256"], audience=SETTINGS["TOKEN_AUDIENCE"])
    assert claims["username"] == "alice"


def test_it_holds_nothing_private(stage: Stage) -> None:
    (key,) = call(handler, "GET", PATH).json["keys"]
    assert key == first_key().public
    assert set(key) == {"kty", "kid", "use", "alg", "n", "e"}


def test_shared_caches_keep_it_for_less_than_a_key_waits(stage: Stage) -> None:
    assert "s-maxage=60" in call(handler, "GET", PATH).headers["cache-control"]


def test_a_warm_request_makes_no_call(stage: Stage) -> None:
    call(handler, "GET", PATH)
    made = [call_.service for call_ in stage.calls]
    call(handler, "GET", PATH)
    assert [call_.service for call_ in stage.calls[len(made) :] if call_.service != "dynamodb"] == []
