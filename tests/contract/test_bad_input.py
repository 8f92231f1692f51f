"""What no endpoint takes: fields that are unknown or not the caller's to set, odd pages, JSON that is no good."""

from typing import Any
from urllib.parse import quote

import pytest

from infra.parts.discovery import Room
from shared.contract.declare import Endpoint
from shared.contract.derived import validation_status
from shared.contract.permissions import Identity
from shared.contract.resources import JOBS, USERS, VIDEOS
from tests.api import Answer
from tests.aws import Stage
from tests.contract.test_every_endpoint import DOCUMENT, PATHS, ask, callers, check_form, routes, token

__all__ = ["callers", "token"]


def check_refused(answer: Answer, path: str, field: str) -> None:
    check_form(answer)
    assert answer.status == validation_status(path)
    assert field in answer.error["field_errors"]


# Who signs is proven before the body is read, and only an endpoint's own tests can sign for it.
@routes(lambda endpoint, operation: "requestBody" in operation and endpoint.caller.identity is not Identity.SIGNATURE)
def test_a_field_that_is_unknown_is_a_mistake(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    answer = ask(room, method, path, {"surplus_field": 1}, token=token.get(endpoint.caller.identity, ""))
    check_refused(answer, path, "surplus_field")


SERVER_OWNED = (
    *("role", "verified", "email_verified", "password_hash", "subscription_tier", "monthly_budget", "follower_count"),
    *("owner_id", "user_id", "status", "view_count", "total_cost", "cost", "reserved", "published_at", "created_at"),
)
"""What the product alone sets. Where an endpoint takes one of them by intent, its schema says so."""


@routes(lambda endpoint, operation: "requestBody" in operation and endpoint.caller.identity is not Identity.SIGNATURE)
def test_case_38_what_the_product_alone_sets_cannot_be_sent(
    lasting_stage: Stage, token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    allowed = fields_of(PATHS[path][method.lower()]["requestBody"])
    before = [lasting_stage.rows(table) for table in (USERS, VIDEOS, JOBS)]
    for name in sorted(set(SERVER_OWNED) - allowed):
        check_refused(
            ask(room, method, path, {name: "admin"}, token=token.get(endpoint.caller.identity, "")), path, name
        )
    assert [lasting_stage.rows(table) for table in (USERS, VIDEOS, JOBS)] == before


def fields_of(schema: Any) -> set[str]:
    """The names of all fields that a part of the document describes, on its first level."""
    if isinstance(schema, list):
        return set().union(*map(fields_of, schema))
    if not isinstance(schema, dict):
        return set()
    if reference := schema.get("$ref"):
        return fields_of(DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]])
    if "properties" in schema:
        return set(schema["properties"])
    return fields_of(list(schema.values()))


def takes(operation: dict[str, Any], name: str) -> bool:
    return any((one["in"], one["name"]) == ("query", name) for one in operation.get("parameters", []))


@routes(lambda endpoint, operation: takes(operation, "limit"))
@pytest.mark.parametrize("limit", ["0", "-1", "201", "1000000000", "1.5", "", "1e3", "٣", "9" * 5000])
def test_case_53_a_limit_is_a_number_of_a_few_items(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str, limit: str
) -> None:
    query = f"limit={quote(limit)}"
    check_refused(ask(room, method, path, token=token.get(endpoint.caller.identity, ""), query=query), path, "limit")


@routes(lambda endpoint, operation: takes(operation, "page"))
@pytest.mark.parametrize("page", ["0", "-1", "1.5", "", "9" * 5000])
def test_case_53_a_page_that_is_none_is_a_mistake(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str, page: str
) -> None:
    query = f"page={quote(page)}"
    check_refused(ask(room, method, path, token=token.get(endpoint.caller.identity, ""), query=query), path, "page")


@routes(lambda endpoint, operation: takes(operation, "page"))
def test_case_53_a_page_that_is_far_away_is_not_walked_to(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    answer = ask(room, method, path, token=token.get(endpoint.caller.identity, ""), query="page=1000000000")
    check_form(answer)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_PAGE")


@routes(lambda endpoint, operation: endpoint.method != "GET")
@pytest.mark.parametrize("body", ["{", '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', "[" * 20_000, "\ufeff{}"])
def test_case_51_json_that_is_no_good_is_never_a_defect(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str, body: str
) -> None:
    answer = ask(room, method, path, body, token=token.get(endpoint.caller.identity, ""))
    check_form(answer)
    assert (answer.status, answer.error["code"]) == (400, "BAD_REQUEST")
