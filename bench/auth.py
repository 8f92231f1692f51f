"""What it costs to know a caller and to count them: CPU of warm authentication, writes of the limiter."""

from functools import partial

import jwt

from bench import limits
from bench.cpu import calls_in_turns, ratio
from bench.figures import Figure
from bench.world import World, world
from shared.base import public_keys, tokens
from shared.base.settings import setting
from shared.contract.permissions import user
from shared.http.authenticate import authenticate
from shared.http.request import ApiRequest
from tests.api import event

MOST = 0.10
CALLS, ROUNDS = 2000, 15
RULE = user()


def measure() -> list[Figure]:
    """Both on one stage in this process."""
    with world() as here:
        return [*cpu(here), *limits.figures(here.stage)]


def cpu(here: World) -> list[Figure]:
    """CPU of what a warm function does to know a caller, over one verification of RS256 by PyJWT of the same token."""
    asked = event("GET", "/api/auth/me", token=here.token)

    def whole() -> None:
        authenticate(ApiRequest(asked), RULE)

    whole()  # from here on the token, the session and the keys are known
    made = here.stage.calls_of(whole)
    if made:
        raise AssertionError(f"a warm authentication asks AWS: {made}")
    spent = calls_in_turns(
        {
            "pyjwt": partial(verify_with_pyjwt, here.token),
            "token": partial(tokens.verify, here.token, "access"),
            "whole": whole,
        },
        CALLS,
        ROUNDS,
    )
    return [
        Figure(
            "CPU of a token seen before over one PyJWT RS256 verification",
            round(ratio(spent["token"], spent["pyjwt"]), 3),
            "",
            MOST,
        ),
        Figure(
            "CPU of warm authentication, headers and session included, over one PyJWT RS256 verification",
            round(ratio(spent["whole"], spent["pyjwt"]), 3),
            "",
            MOST,
        ),
    ]


def verify_with_pyjwt(token: str) -> None:
    """What a function without a memory does: the signature and all claims, by a key that is parsed already."""
    kid = jwt.get_unverified_header(token)["kid"]
    jwt.decode(
        token,
        key=public_keys.public_key(kid),
        algorithms=["RS256"],
        audience=setting("TOKEN_AUDIENCE"),
        issuer=setting("TOKEN_ISSUER"),
    )
