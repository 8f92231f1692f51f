"""Tokens that name two people."""

import pytest

from tests import jwts
from tests.aws import Stage
from tests.shared.base.test_tokens import ALICE, HEAD, SESSION, issue, refused, stage, verify

__all__ = ["stage"]


def test_an_impersonation_token_names_both_and_lives_half_an_hour(stage: Stage) -> None:
    claims = verify(issue("impersonation"), "access", "impersonation")
    assert (claims.user_id, claims.impersonator, claims.session_id) == (ALICE.user_id, HEAD, SESSION)
    assert claims.expires_at - claims.issued_at == 1800
    assert (claims.username, claims.email) == (ALICE.username, ALICE.email)


@pytest.mark.parametrize("act", [None, "", HEAD, {}, {"sub": ""}, {"sub": None}, {"sub": 7}, {"sub": [HEAD]}, [HEAD]])
def test_an_impersonation_token_says_whose_it_is(stage: Stage, act: object) -> None:
    made = {"token_use": "impersonation"}
    kind = jwts.header(typ="it+jwt")
    verify(jwts.signed(kind, jwts.claims(**made, act={"sub": HEAD})), "impersonation")
    refused(jwts.signed(kind, jwts.claims(**made, act=act)), "impersonation")


def test_an_access_token_names_nobody_who_acts(stage: Stage) -> None:
    assert verify(jwts.signed(jwts.header(), jwts.claims(act={"sub": HEAD})), "access").impersonator == ""
