"""How tests are shared out between processes."""

import pytest

from infra.local.settings import ROOT
from tests.sharing import FIRST, FOLDERS, group_of, rank


def test_journeys_stay_together_and_begin_first() -> None:
    found = {
        group_of(f"tests/journeys/{path.name}::test_it[a/b::c]") for path in (ROOT / "tests/journeys").glob("*.py")
    }
    assert found == {"tests/journeys/"}
    assert rank("tests/journeys/test_zz_grants.py::test_it") == 0


def test_other_tests_are_shared_out_by_file() -> None:
    assert group_of("tests/bench/test_cpu.py::test_it[a::b]") == "tests/bench/test_cpu.py"
    assert rank("tests/bench/test_cpu.py::test_it") == len(FIRST)


@pytest.mark.parametrize("name", FIRST)
def test_what_begins_first_is_there(name: str) -> None:
    assert (ROOT / name).is_dir() is (name in FOLDERS)
    assert (ROOT / name).exists()
