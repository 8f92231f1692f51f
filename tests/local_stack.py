"""Local stacks for tests: on free ports, with their state in a temporary folder, one for a whole session.

Use in a conftest: `from tests.local_stack import local_stack  # noqa: F401`, then take the fixture `local_stack`.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from infra.local.assembly import STAMP
from infra.local.settings import ROOT, Settings
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


def use_known_assembly(folder: Path, name: str) -> None:
    """Begin with the templates of an earlier session, which are used when nothing that decides them has changed."""
    known = ROOT / ".local" / "tests" / name
    with suppress(OSError):
        shutil.copytree(known, folder / "cdk.out")


def keep_assembly(folder: Path, name: str) -> None:
    """Keep the templates for later sessions; several may do so at once."""
    known, made = ROOT / ".local" / "tests" / name, folder / "cdk.out"
    if (known / STAMP).exists() and (known / STAMP).read_bytes() == (made / STAMP).read_bytes():
        return
    known.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=known.parent)) / name
    shutil.copytree(made, draft)
    shutil.rmtree(known, ignore_errors=True)
    with suppress(OSError):
        draft.rename(known)
    shutil.rmtree(draft.parent)


@pytest.fixture(scope="session")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The product, deployed once for the whole session. Its console is `emulator.log` in its folder."""
    folder = tmp_path_factory.mktemp("local-stack")
    use_known_assembly(folder, "product")
    with LocalStack(settings_for(folder), log=folder / "emulator.log") as stack:
        keep_assembly(folder, "product")
        yield stack
