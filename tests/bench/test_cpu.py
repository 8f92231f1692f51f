"""CPU of child processes. No test here judges how long anything takes."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.cpu import Command, calls_in_turns, cpu_seconds, in_turns, python, ratio

SPENT = 0.1
BUSY = f"import time\nwhile time.process_time() < {SPENT}: pass"
BUSY_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}], check=True)"


@pytest.mark.parametrize("code", [BUSY, BUSY_CHILD], ids=["of a child", "of a child's child"])
def test_work_counts(code: str) -> None:
    assert cpu_seconds(python(code, "/")) >= SPENT


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        cpu_seconds(python("raise SystemExit(3)", "/"))


def test_a_command_sees_its_folder_and_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "dev")
    (tmp_path / "neighbour.py").write_text("")
    cpu_seconds(python("import neighbour, os; assert 'STAGE' not in os.environ", str(tmp_path)))
    told = (("STAGE", "test"),)
    line = (sys.executable, "-c", "import os; assert os.environ['STAGE'] == 'test'")
    cpu_seconds(Command(line, str(tmp_path), told))


def test_commands_run_in_turns_and_the_order_changes(tmp_path: Path) -> None:
    def noting(name: str) -> Command:
        return python(f"open('order', 'a').write('{name}')", str(tmp_path))

    found = in_turns({"b": noting("b"), "a": noting("a")}, 3)
    assert (tmp_path / "order").read_text() == "abbaab"
    assert {name: len(rounds) for name, rounds in found.items()} == {"a": 3, "b": 3}


def test_a_ratio_is_the_median_of_rounds_over_what_is_free() -> None:
    assert ratio([3.0, 5.0, 100.0], [2.0, 2.0, 2.0], floor=1.0) == 4.0


def test_calls_are_made_in_turns() -> None:
    made: list[str] = []
    found = calls_in_turns({"a": lambda: made.append("a"), "b": lambda: made.append("b")}, 2, 2)
    assert made == ["a", "a", "b", "b", "b", "b", "a", "a"]
    assert [len(spent) for spent in found.values()] == [2, 2]
