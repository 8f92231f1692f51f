"""How AWS calls of endpoints are counted."""

import pytest

from bench import calls
from bench.world import world


def test_every_endpoint_is_counted() -> None:
    assert calls.missing() == set()


def test_a_warm_request_counts_what_it_does_and_a_look_and_a_lease_where_they_are_due() -> None:
    with world() as here:
        me, jwks = (calls._counted(here, name) for name in ("get_me", "get_public_keys"))
    assert me.warm == ("dynamodb:BatchGetItem",)
    assert me.leasing == ("dynamodb:GetItem", "dynamodb:UpdateItem", *me.warm)
    assert jwks.warm == ()


def test_whose_request_takes_the_next_lease_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """One request in four does, and which one depends on how many were sent before."""
    found, leases = [], 0
    with world() as here:
        for warm_ups in range(2, 8):
            monkeypatch.setattr(calls, "WARM_UPS", warm_ups)
            before = len(here.stage.calls)
            found.append(calls._counted(here, "get_me").warm)
            leases += sum(calls._is_lease(call) for call in here.stage.calls[before:])
    assert found == [("dynamodb:BatchGetItem",)] * 6
    assert leases > 6, "more than the one that each count asks for"


def test_an_exact_limit_is_a_call_like_any_other() -> None:
    with world() as here:
        assert calls._counted(here, "log_in").warm[0] == "dynamodb:UpdateItem"


def test_figures_name_the_share_the_most_and_each_endpoint() -> None:
    two, three = ("dynamodb:GetItem",) * 2, ("s3:ListParts",) * 3
    found = calls.figures([calls.Counted("a", two, three), calls.Counted("b", three, three)])
    assert [(figure.value, figure.ok) for figure in found[:3]] == [(50.0, False), (3, True), (3, True)]
    assert [figure.name for figure in found[3:]] == [
        "AWS calls, b (ListParts, ListParts, ListParts)",
        "AWS calls, a (GetItem, GetItem)",
    ]
