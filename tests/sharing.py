"""Shares the tests out between processes: `make test` runs two, `pytest PATH` by hand runs none.

A group stays in one process and keeps its order. What a folder makes once for all of its tests, it makes once so.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

# The longest come first, so that no process is left alone with one of them at the end. The last of the journeys read
# what all of them left in their stack.
FOLDERS = ("tests/journeys/", "tests/shared/media/", "tests/cloud/", "tests/infra/local/")
LONG_FILES = (
    "tests/infra/test_build.py",
    "tests/contract/test_fuzzed.py",
    "tests/contract/test_bad_input.py",
    "tests/contract/test_every_endpoint.py",
    "tests/contract/test_six_callers.py",
)
FIRST = (*FOLDERS, *LONG_FILES)


def group_of(node_id: str) -> str:
    """The group of a test: a folder that shares what is dear, or else its file."""
    file = node_id.partition("::")[0]
    return next((folder for folder in FOLDERS if file.startswith(folder)), file)


def rank(node_id: str) -> int:
    """When the group of a test begins: the smaller the earlier."""
    group = group_of(node_id)
    return FIRST.index(group) if group in FIRST else len(FIRST)


class Sharing(LoadScopeScheduling):
    """Gives whole groups to whichever process has none left, in the order of collection."""

    def __init__(self, config: pytest.Config, log: Producer | None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
