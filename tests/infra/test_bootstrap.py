"""The set-up: which Python it takes, what it skips, and what it says when it cannot go on."""

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from infra import bootstrap

Program = Callable[[str, str], str]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that holds what the set-up depends on."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "uv.txt").write_text("uv==0\n")
    (tmp_path / "infra" / "transcriber.txt").write_text("two==2\n")
    (tmp_path / "requirements.txt").write_text("one==1\n")
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / ".npmrc").write_text("")
    return tmp_path


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> list[str]:
    """The purposes of the commands that the set-up runs. Each does what its namesake leaves behind, and no more."""
    ran: list[str] = []

    def run(command: list[str], purpose: str, cwd: str = "", **environment: str) -> None:
        ran.append(purpose)
        made = {
            "Making .venv": ".venv/bin/python",
            "Installing uv": ".tools/bin/uv",
            "Making .transcriber": ".transcriber/bin/python",
        }.get(purpose)
        if purpose == "Installing the npm packages":
            (checkout / "node_modules").mkdir(exist_ok=True)
        if made:
            (checkout / made).parent.mkdir(parents=True, exist_ok=True)
            (checkout / made).touch()

    monkeypatch.setattr(bootstrap, "run", run)
    return ran


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Makes a program of a name that prints a text, as an interpreter asked to describe itself would."""

    def make(name: str, text: str) -> str:
        path = tmp_path / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\necho '{text}'\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return make


EVERYTHING = ["Making .tools", "Installing uv", "Making .venv", "Installing requirements.txt"]


def test_first_run_makes_tools_and_environment_and_second_makes_nothing(checkout: Path, commands: list[str]) -> None:
    python = bootstrap.set_up_environment(str(checkout), "")
    assert python == str(checkout / ".venv" / "bin" / "python")
    assert commands == EVERYTHING
    bootstrap.set_up_environment(str(checkout), "")
    assert commands == EVERYTHING


def test_changed_lock_is_installed_into_the_environment_that_is_there(checkout: Path, commands: list[str]) -> None:
    bootstrap.set_up_environment(str(checkout), "")
    (checkout / "requirements.txt").write_text("one==2\n")
    bootstrap.set_up_environment(str(checkout), "")
    assert commands[len(EVERYTHING) :] == ["Installing requirements.txt"]


def test_installation_that_failed_is_repeated(
    checkout: Path, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.set_up_environment(str(checkout), "")
    working = bootstrap.run

    def fail(command: list[str], purpose: str, cwd: str = "", **environment: str) -> None:
        raise bootstrap.SetupError(purpose)

    monkeypatch.setattr(bootstrap, "run", fail)
    lock = (checkout / "requirements.txt").read_text()
    (checkout / "requirements.txt").write_text("one==2\n")
    with pytest.raises(bootstrap.SetupError):
        bootstrap.set_up_environment(str(checkout), "")
    monkeypatch.setattr(bootstrap, "run", working)
    (checkout / "requirements.txt").write_text(lock)  # what it half changed must be put right all the same
    bootstrap.set_up_environment(str(checkout), "")
    assert commands[len(EVERYTHING) :] == ["Installing requirements.txt"]


def test_another_python_makes_another_environment(checkout: Path, commands: list[str], program: Program) -> None:
    bootstrap.set_up_environment(str(checkout), "")
    other = program("python3.12", json.dumps([[3, 12], "/opt/python3.12", True]))
    bootstrap.set_up_environment(str(checkout), other)
    assert commands[len(EVERYTHING) :] == EVERYTHING[2:]
    assert bootstrap.recorded(str(checkout / ".venv"))["python"] == "/opt/python3.12"


def test_environment_keeps_its_python_when_none_is_asked_for(
    checkout: Path, commands: list[str], program: Program
) -> None:
    other = program("python3.12", json.dumps([[3, 12], "/opt/python3.12", True]))
    bootstrap.set_up_environment(str(checkout), other)
    bootstrap.set_up_environment(str(checkout), "")
    assert commands == EVERYTHING


def test_environment_whose_python_is_gone_is_made_again(checkout: Path, commands: list[str]) -> None:
    bootstrap.set_up_environment(str(checkout), "")
    (checkout / ".venv" / "bin" / "python").unlink()
    bootstrap.set_up_environment(str(checkout), "")
    assert commands[len(EVERYTHING) :] == EVERYTHING[2:]


def test_npm_packages_are_installed_once_per_lock(checkout: Path, commands: list[str]) -> None:
    for _ in range(2):
        bootstrap.set_up_node_modules(str(checkout))
    assert commands == ["Installing the npm packages"]
    (checkout / "package-lock.json").write_text('{"packages": {}}')
    bootstrap.set_up_node_modules(str(checkout))
    assert commands == ["Installing the npm packages"] * 2


def test_the_transcriber_is_installed_once_per_lock(checkout: Path, commands: list[str]) -> None:
    for _ in range(2):
        bootstrap.set_up_transcriber(str(checkout))
    assert commands == ["Making .transcriber", "Installing infra/transcriber.txt"]
    (checkout / "infra" / "transcriber.txt").write_text("two==3\n")
    bootstrap.set_up_transcriber(str(checkout))
    assert len(commands) == 4


@pytest.mark.parametrize(
    ("version", "complete", "complaint"),
    [
        ([3, 10], True, "is Python 3.10"),
        ([3, 14], True, "is Python 3.14"),
        ([3, 12], False, "apt install python3-venv"),
    ],
)
def test_unfit_python_is_named_with_the_reason(
    program: Program, version: list[int], complete: bool, complaint: str
) -> None:
    unfit = program("python", json.dumps([version, "/opt/python", complete]))
    with pytest.raises(bootstrap.SetupError, match=complaint) as error:
        bootstrap.find_python(unfit)
    assert "make setup PYTHON=" in str(error.value)


def test_python_that_does_not_start_is_named() -> None:
    with pytest.raises(bootstrap.SetupError, match="PYTHON=/nowhere/python does not start"):
        bootstrap.find_python("/nowhere/python")


def test_fitting_python_is_passed_over_for_none(monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    old = program("old", json.dumps([[3, 9], "/opt/old", True]))
    bare = program("bare", json.dumps([[3, 12], "/opt/bare", False]))
    fit = program("fit", json.dumps([[3, 11], "/opt/fit", True]))
    monkeypatch.setattr(bootstrap, "candidates", lambda wish: [old, "/nowhere/python", bare, fit])
    assert bootstrap.find_python("") == "/opt/fit"


def test_interpreter_below_this_environment_is_found() -> None:
    found = bootstrap.describe(sys.executable)
    assert found is not None
    assert found[0] == sys.version_info[:2]
    assert found[1] == os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def test_failed_command_says_what_it_printed_and_asks_for_the_registry(tmp_path: Path) -> None:
    with pytest.raises(bootstrap.SetupError, match=r"(?s)Installing failed:.*no route.*package registry"):
        bootstrap.run(["sh", "-c", "echo no route to host >&2; exit 3"], "Installing", cwd=str(tmp_path))


def test_command_that_is_not_there_is_an_error_of_the_set_up() -> None:
    with pytest.raises(bootstrap.SetupError, match="Installing failed"):
        bootstrap.run(["/nowhere/npm"], "Installing")


def test_second_set_up_of_this_checkout_takes_less_than_a_fifth_of_a_second() -> None:
    command = [sys.executable, "-I", str(Path(bootstrap.__file__))]
    environment = {**os.environ, "PYTHON": ""}
    taken = []
    for _ in range(10):
        started = time.monotonic()
        subprocess.run(command, check=True, env=environment, timeout=600)
        taken.append(time.monotonic() - started)
    assert min(taken[1:]) < 0.2
