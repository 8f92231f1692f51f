"""The sources of scenes, made once per test run."""

import pytest

from tests.shared.media.scene.studio import Studio, make_sources


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    folder = tmp_path_factory.mktemp("studio")
    make_sources(folder)
    return Studio(folder)
