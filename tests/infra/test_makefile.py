"""The commands: each is explained, sets up what it needs and reaches a module that exists."""

import importlib.util
import re
import shutil
import subprocess

import pytest

from infra.checks import ROOT

TEXT = (ROOT / "Makefile").read_text()
TARGETS = dict(re.findall(r"^([a-z-]+):(.*?)$", TEXT, re.MULTILINE))
FIRST = {"help", "setup", "npm"}
COMMANDS = [
    *("up", "down", "mail", "demo", "test", "check", "fix", "synth", "build", "openapi", "bench", "where"),
    *("service-token", "role", "verify-audit", "mutate", "deploy", "doctor"),
]


def test_every_command_is_there_and_sets_up_first() -> None:
    assert set(COMMANDS) | FIRST <= set(TARGETS)
    for name in set(TARGETS) - FIRST:
        assert TARGETS[name].split("##")[0].split()[0] in ("setup", "npm", "build"), name
    assert TARGETS["build"].split()[0] == "setup"


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_command_is_explained(name: str) -> None:
    make = shutil.which("make")
    assert make
    shown = subprocess.run([make, "help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert re.search(rf"^  make {name} +\S", shown, re.MULTILINE)


@pytest.mark.parametrize("module", sorted(set(re.findall(r"\$\(RUN\) ([a-z_.]+)", TEXT))))
def test_module_of_a_command_exists(module: str) -> None:
    assert importlib.util.find_spec(module)
