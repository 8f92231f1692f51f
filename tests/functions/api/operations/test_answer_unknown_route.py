"""What no endpoint answers."""

import pytest

from functions.api.operations.answer_unknown_route import handler
from tests.api import call


@pytest.mark.parametrize(
    "path", ["/nowhere", "/", "/api/v1/nowhere", "/health/", "//health", "/%2e%2e/health", "/HEALTH"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD", "PURGE"])
def test_an_unknown_path_is_404(path: str, method: str) -> None:
    answer = call(handler, method, path)
    assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/health", "GET"),
        ("HEAD", "/health", "GET"),
        ("GET", "/api/auth/login", "POST"),
        ("PUT", "/live", "GET"),
        ("OPTIONS", "/ping", "GET"),
    ],
)
def test_a_known_path_with_another_method_is_405(method: str, path: str, allow: str) -> None:
    answer = call(handler, method, path)
    assert (answer.status, answer.error["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize("body", [{"x": 1}, "{", '{"x": NaN}', "\ufeff", "x" * 2_000_000], ids=range(5))
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_neither_body_nor_origin_matters(body: object, origin: str) -> None:
    assert call(handler, "POST", "/nowhere", body, headers={"origin": origin}).status == 404
    answer = call(handler, "PUT", "/health", body, headers={"origin": origin})
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


def test_it_needs_nothing_of_aws() -> None:
    from infra.parts.discovery import rooms
    from shared.contract.derived import needs_of

    (room,) = [room for room in rooms() if room.name == "answer_unknown_route"]
    assert needs_of(room.declaration) == ()
