"""Figures, and how they are told."""

import json
from pathlib import Path

from rich.console import Console

from bench.figures import Figure, table, write

KEPT = Figure("kept", 1.5, "x", 1.5)
MISSED = Figure("missed", 4, "calls", 3)
FREE = Figure("free", 100, "MB")


def test_a_limit_is_the_most_that_is_good() -> None:
    assert [figure.ok for figure in (KEPT, MISSED, FREE)] == [True, False, True]


def test_results_say_what_was_measured_and_whether_it_is_good(tmp_path: Path) -> None:
    write([KEPT, MISSED, FREE], tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text()) == [
        {"name": "kept", "value": 1.5, "unit": "x", "limit": 1.5, "ok": True},
        {"name": "missed", "value": 4, "unit": "calls", "limit": 3, "ok": False},
        {"name": "free", "value": 100, "unit": "MB", "limit": None, "ok": True},
    ]


def test_a_miss_stands_out() -> None:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(table("Title", [KEPT, MISSED, FREE]))
    verdicts = {line.split()[0]: line.split()[-1] for line in capture.get().splitlines() if line.strip()}
    assert (verdicts["kept"], verdicts["missed"], verdicts["free"]) == ("ok", "MISS", "MB")
