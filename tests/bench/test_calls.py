"""How AWS calls of endpoints are counted."""

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


def test_figures_name_the_share_the_most_and_each_endpoint() -> None:
    two, three = ("dynamodb:GetItem",) * 2, ("s3:ListParts",) * 3
    found = calls.figures([calls.Counted("a", two, three), calls.Counted("b", three, three)])
    assert [(figure.value, figure.ok) for figure in found[:3]] == [(50.0, False), (3, True), (3, True)]
    assert [figure.name for figure in found[3:]] == [
        "AWS calls, b (ListParts, ListParts, ListParts)",
        "AWS calls, a (GetItem, GetItem)",
    ]
