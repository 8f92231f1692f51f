"""What was measured: figures with their limits, as JSON and as a table."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured value. `limit` is the most that it may be; None when there is none."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it keeps its limit."""
        return self.limit is None or self.value <= self.limit


def write(figures: Iterable[Figure], path: Path) -> None:
    """Write a JSON list of objects with `name`, `value`, `unit`, `limit` and `ok`."""
    path.write_text(json.dumps([{**asdict(figure), "ok": figure.ok} for figure in figures], indent=2) + "\n")


def table(title: str, figures: Iterable[Figure]) -> Table:
    """For people; a miss stands out."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    made.add_column("measured")
    for heading in ("value", "at most"):
        made.add_column(heading, justify="right")
    made.add_column("")
    for figure in figures:
        limit = "" if figure.limit is None else f"{figure.limit:g}"
        verdict = "" if figure.limit is None else "ok" if figure.ok else "[bold red]MISS[/bold red]"
        made.add_row(figure.name, f"{figure.value:g} {figure.unit}".strip(), limit, verdict)
    return made
