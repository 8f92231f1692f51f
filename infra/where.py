"""`make where ROUTE="GET /api/videos/{video_id}"`: the file that serves a route."""

import difflib
import sys

from shared.http.routes import Route, all_routes

NEAREST = 5
ALIKE = 0.7


def find(wanted: str) -> list[Route]:
    """The routes that serve "METHOD /path", or "/path" with any method; parameters may be names or values.

    A path that is written out goes before one with a parameter in its place, as it does in API Gateway.
    """
    method, _, path = wanted.strip().rpartition(" ")
    found = [route for route in all_routes() if route.matches(path) and method.strip().upper() in ("", route.method)]
    return sorted(found, key=lambda route: route.path.count("{"))[: 1 if method else None]


def nearest(wanted: str) -> list[str]:
    """The names of routes that are spelt much like a wanted one, the likeliest first."""
    names = [f"{route.method} {route.path}" for route in all_routes()]
    return difflib.get_close_matches(wanted, names, NEAREST, ALIKE)


def main(arguments: list[str]) -> int:
    """Print the file, or the routes that were perhaps meant."""
    wanted = " ".join(" ".join(arguments).split())
    if not wanted:
        print('Which route? make where ROUTE="GET /api/videos/{video_id}"')
        return 2
    found = find(wanted)
    for route in found:
        print(route.file if len(found) == 1 else f"{route.method} {route.path}  {route.file}")
    if not found:
        alike = nearest(wanted)
        hint = "Spelt much like it:" if alike else "docs/endpoints.md lists all of them."
        print(f"No endpoint serves {wanted}. {hint}", *(f"  {name}" for name in alike), sep="\n")
    return int(not found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
