"""Mutation testing: what is mutated and run is there, and the score counts what was not noticed."""

from pathlib import Path

import pytest

from infra import mutate
from infra.checks import ROOT

DOOR = """
def may_enter(age: int) -> bool:
    return age >= 18


def may_leave(hour: int) -> bool:
    return hour > 6
"""
TEST_OF_DOOR = """
from shared.door import may_enter


def test_door() -> None:
    assert may_enter(18)
    assert not may_enter(3)
"""


def test_every_module_and_every_test_of_a_group_is_there() -> None:
    for group in mutate.GROUPS.values():
        assert [path for path in (*group.modules, *group.tests) if not (ROOT / path).exists()] == []


def test_a_group_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutate.main(["tokens", "doors"]) == 2
    assert capsys.readouterr().out.startswith("No group doors; there are tokens, ")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in (*mutate.SOURCES, mutate.TESTS):
        (tmp_path / folder).mkdir()
    (tmp_path / "shared" / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (tmp_path / "shared" / "door.py").write_text(DOOR)
    (tmp_path / "tests" / "test_door.py").write_text(TEST_OF_DOOR)
    return tmp_path


def test_what_no_test_notices_is_counted_and_named(checkout: Path) -> None:
    folder = checkout / "mutants"
    for _ in range(2):  # what the run before has left is not in the way
        mutate.prepare(mutate.Group(("shared/door.py",), ("tests/test_door.py",)), folder, checkout)
    assert mutate.run(folder, 60)
    found = mutate.results(folder)
    assert set(found.values()) == {"killed", "no tests"}
    missed = sorted(name for name, became in found.items() if became == "no tests")
    assert all(name.startswith("shared.door.x_may_leave__") for name in missed)
    lines = mutate.report({"doors": found})
    assert [line.split()[0] for line in lines if "  no tests" in line] == missed
    assert [line.split() for line in lines[-2:]] == [
        ["shared.door", "2", "of", "4", "50", "%"],
        ["in", "all", "2", "of", "4", "50", "%"],
    ]


def test_tests_that_fail_by_themselves_end_the_run(checkout: Path) -> None:
    (checkout / "tests" / "test_door.py").write_text(TEST_OF_DOOR.replace("not ", ""))
    folder = checkout / "mutants"
    mutate.prepare(mutate.Group(("shared/door.py",), ("tests/test_door.py",)), folder, checkout)
    with pytest.raises(mutate.MutationError, match="assert may_enter"):
        mutate.run(folder, 60)
