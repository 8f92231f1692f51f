"""What runs: every declared function under functions/, found by looking. A file's existence is its registration."""

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.contract.declare import (
    Changes,
    Declaration,
    Endpoint,
    Event,
    Messages,
    Schedule,
    Socket,
    Step,
    Task,
    declaration_of,
)

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Room:
    """One file under functions/: its name is the function's, the operation's, the Lambda's and the log's.

    group   the folder that it stands in: the domain of an endpoint, the workflow of a step
    """

    name: str
    group: str
    module: str
    function: Callable[..., Any]
    declaration: Declaration

    @property
    def file(self) -> str:
        """The file's path from the root."""
        return self.module.replace(".", "/") + ".py"

    @property
    def digest(self) -> str:
        """A hash of the file, to tell that it has changed."""
        return hashlib.sha256((ROOT / self.file).read_bytes()).hexdigest()[:16]


def _declared(module_name: str) -> Room | None:
    name = module_name.rpartition(".")[2]
    function = getattr(importlib.import_module(module_name), name, None)
    declaration = declaration_of(function) if callable(function) else None
    if function is None or declaration is None:
        raise LookupError(f"{module_name.replace('.', '/')}.py must declare a function named {name}")
    return Room(name, module_name.split(".")[-2], module_name, function, declaration)


@cache
def rooms() -> tuple[Room, ...]:
    """All declared functions, sorted by path. Modules whose name begins with an underscore are helpers of a folder."""
    files = sorted(path for path in (ROOT / "functions").rglob("*.py") if not path.name.startswith("_"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    found = tuple(room for name in names if (room := _declared(name)))
    _check_unique(found)
    return found


def _check_unique(found: tuple[Room, ...]) -> None:
    seen: dict[str, str] = {}
    for room in found:
        if room.name in seen:
            raise LookupError(f"{room.file} and {seen[room.name]} share a name: names are unique over all functions")
        seen[room.name] = room.file


def endpoints() -> list[tuple[Room, Endpoint]]:
    """All HTTP endpoints."""
    return [(room, room.declaration) for room in rooms() if isinstance(room.declaration, Endpoint)]


def steps(workflow: str) -> list[tuple[Room, Step]]:
    """The steps of a workflow."""
    return [
        (room, room.declaration) for room in rooms() if isinstance(room.declaration, Step) and room.group == workflow
    ]


def events() -> list[tuple[Room, Event]]:
    """All functions that events invoke."""
    return [(room, room.declaration) for room in rooms() if isinstance(room.declaration, Event)]


def changes() -> list[tuple[Room, Changes]]:
    """All functions that get the changes of a table."""
    return [(room, room.declaration) for room in rooms() if isinstance(room.declaration, Changes)]


def messages() -> list[tuple[Room, Messages]]:
    """All functions that get what is left in a queue."""
    return [(room, room.declaration) for room in rooms() if isinstance(room.declaration, Messages)]


def sockets() -> list[tuple[Room, Socket]]:
    """All functions of the WebSocket API."""
    return [(room, room.declaration) for room in rooms() if isinstance(room.declaration, Socket)]


def schedules() -> list[tuple[Room, Schedule]]:
    """All functions that run on a schedule."""
    return [(room, room.declaration) for room in rooms() if isinstance(room.declaration, Schedule)]


def tasks() -> list[tuple[Room, Task]]:
    """All functions that only the deployer invokes."""
    return [(room, room.declaration) for room in rooms() if isinstance(room.declaration, Task)]


def parameters_digest() -> str:
    """A hash of what declares parameters: CloudFormation resets one that changes there, and tasks fill it again."""
    return hashlib.sha256((ROOT / "infra" / "stacks" / "data.py").read_bytes()).hexdigest()[:16]
