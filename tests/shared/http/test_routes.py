"""Routes read from source are those that the declarations name."""

import pytest

from infra.parts.discovery import endpoints
from shared.contract.declare import ANY_ROUTE
from shared.http.routes import Route, all_routes, methods_of


def test_the_source_tells_what_the_declarations_tell() -> None:
    declared = {
        Route(method, path, room.file)
        for room, endpoint in endpoints()
        for method, path in endpoint.routes
        if path != ANY_ROUTE
    }
    assert set(all_routes()) == declared
    assert len(all_routes()) == len(declared)


def test_a_path_knows_its_methods() -> None:
    assert methods_of("/health") == methods_of("/live") == ["GET"]
    assert methods_of("/api/auth/login") == ["POST"]
    assert methods_of("/nowhere") == methods_of("/health/") == methods_of("//health") == []


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/a/{x}", "/a/1", True),
        ("/a/{x}", "/a/{other}", True),
        ("/a/{x}", "/a/", False),
        ("/a/{x}", "/a/1/b", False),
        ("/a/{x}/b", "/a/1/b", True),
        ("/a.b", "/axb", False),
    ],
)
def test_a_parameter_is_one_segment(pattern: str, path: str, matches: bool) -> None:
    assert Route("GET", pattern, "f").matches(path) is matches
