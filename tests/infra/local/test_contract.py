"""What the local stack leans on in MiniStack is still there; a name that moved is named."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version

from infra.local import differences
from infra.local.settings import ROOT

LIST = """
import json
from infra.local import differences
print(json.dumps({"missing": differences.missing_names(differences.load()), "page": differences.differences()}))
"""


def test_every_name_is_there() -> None:
    """In a process of its own: the emulator's modules change the process that imports them."""
    done = subprocess.run(
        [sys.executable, "-c", LIST], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    found = json.loads(done.stdout)
    assert found["missing"] == [], "MiniStack moved what the local stack leans on"
    assert found["page"].count("infra/local/") > 15


def test_version_is_pinned() -> None:
    assert version("ministack") == differences.PINNED
    assert f"ministack=={differences.PINNED}" in (ROOT / "requirements.txt").read_text()


def test_moved_name_is_named() -> None:
    one = differences.Correction("title", "", "", ("core.arn: parse_arn gone", "core.nowhere: x"), "m", lambda: None)
    assert differences.missing_names([one]) == ["ministack.core.arn.gone (title)", "ministack.core.nowhere.x (title)"]
    assert differences.missing_names([replace(one, names=("core.arn: parse_arn",))]) == []
