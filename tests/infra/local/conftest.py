"""One small app on a local stack for all tests of this folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import LocalStack
from tests.local_stack import keep_assembly, settings_for, use_known_assembly

APP = Path(__file__).with_name("app")


@pytest.fixture(scope="session")
def app_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the test app, so that tests may edit it."""
    root = tmp_path_factory.mktemp("app") / "app"
    shutil.copytree(APP, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture(scope="session")
def stack(app_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The test app, deployed."""
    folder = tmp_path_factory.mktemp("stack")
    use_known_assembly(folder, "small-app")
    settings = settings_for(folder, root=str(app_root), worker_ttl=5, job_grace=2, job_slots=2)
    with LocalStack(settings, commands=((sys.executable, "app.py"),), context={}, log=folder / "emulator.log") as stack:
        keep_assembly(folder, "small-app")
        yield stack
