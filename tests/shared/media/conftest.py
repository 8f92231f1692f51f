"""Sources and transcodes, made once per test run."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from shared.media.illustrating import Illustrations
from tests.shared.media.attacks import Listener
from tests.shared.media.bad_sources import BAD
from tests.shared.media.engine import Transcoded, transcode
from tests.shared.media.making import FFMPEG
from tests.shared.media.sources import GOOD


@pytest.fixture(scope="session")
def source_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where sources are made."""
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="session")
def source(source_directory: Path) -> Callable[[str], Path]:
    """`source(name)`: the path of a source of that name."""
    return lambda name: {**GOOD, **BAD}[name](source_directory)


@pytest.fixture(scope="session")
def transcoded(source: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Transcoded]:
    """`transcoded(name)`: what the engine made of that source."""
    done: dict[str, Transcoded] = {}

    def get(name: str) -> Transcoded:
        if name not in done:
            done[name] = transcode(
                source(name), tmp_path_factory.mktemp(name), illustrate=partial(Illustrations, FFMPEG)
            )
        return done[name]

    return get


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A port that counts who connects."""
    one = Listener()
    yield one
    one.close()
