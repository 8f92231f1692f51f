"""All routes of the API, read from the declarations in the source of functions/api without importing any of it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from shared.contract.declare import routes_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "functions/api"

_PARAMETER = re.compile(r"\{[^/}]*\}")
_DECORATORS = {"get", "post", "put", "patch", "delete", "endpoint"}


@dataclass(frozen=True)
class Route:
    """One method and path pattern, and the file that serves it (a path from the root)."""

    method: str
    path: str
    file: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = _PARAMETER.split(self.path)
        return re.compile("[^/]+".join(re.escape(part) for part in parts))

    def matches(self, path: str) -> bool:
        """Whether a path, or another pattern of the same shape, is served by this route."""
        return self._pattern.fullmatch(path) is not None


@cache
def all_routes() -> tuple[Route, ...]:
    """Every declared route, aliases included; sorted by path and method. Read once in a process."""
    files = sorted(path for path in (ROOT / FOLDER).rglob("*.py") if not path.name.startswith("_"))
    found = [Route(method, path, name) for file in files for method, path, name in _declared(file)]
    return tuple(sorted(found, key=lambda route: (route.path, route.method)))


def methods_of(path: str) -> list[str]:
    """The methods that a path is served with, sorted; empty for an unknown path."""
    return sorted({route.method for route in all_routes() if route.matches(path)})


def _declared(file: Path) -> Iterator[tuple[str, str, str]]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name != file.stem:
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") in _DECORATORS:
                for method, path in _routes(decorator):
                    yield method, path, file.relative_to(ROOT).as_posix()


def _routes(call: ast.Call) -> Iterator[tuple[str, str]]:
    name = getattr(call.func, "id", "")
    written = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    method, path = (name.upper(), *written) if name != "endpoint" else (*written, "")[:2]
    aliases = next((ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg == "aliases"), ())
    for verb, one in routes_of(str(method), str(path), aliases):
        if one.startswith("/"):  # unlike that of the endpoint which takes whatever no other one does
            yield verb, one
