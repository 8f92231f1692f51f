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


def test_a_body_does_not_matter() -> None:
    assert call(handler, "POST", "/nowhere", {"x": 1}).status == 404


def test_it_needs_nothing_of_aws() -> None:
    from infra.parts.discovery import rooms
    from shared.contract.derived import needs_of

    (room,) = [room for room in rooms() if room.name == "answer_unknown_route"]
    assert needs_of(room.declaration) == ()
