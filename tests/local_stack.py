"""Local stacks for tests: on free ports, with their state in a temporary folder, one for a whole session.

Use in a conftest: `from tests.local_stack import local_stack  # noqa: F401`, then take the fixture `local_stack`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.local.settings import Settings
from infra.local.stack import LocalStack


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at the moment."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for found in sockets:
            found.bind(("127.0.0.1", 0))
        return [int(found.getsockname()[1]) for found in sockets]


def settings_for(folder: Path, **more: object) -> Settings:
    """Settings with free ports and everything below `folder`."""
    port, media_port = free_ports(2)
    values = {"port": port, "media_port": media_port, "folder": str(folder), **more}
    return Settings(**values)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The product, deployed once for the whole session. Its console is `emulator.log` in its folder."""
    folder = tmp_path_factory.mktemp("local-stack")
    with LocalStack(settings_for(folder), log=folder / "emulator.log") as stack:
        yield stack
