"""`python -m bench [SECTION...]`: measure, print a table, write bench/results.json.

Without a section all of them run; with some, the results of the others stay out of the file. A missed limit is shown
and is no failure; a section that cannot measure is one, and the others go on.
"""

import argparse
import contextlib
import importlib
import io
import sys
import time
from pathlib import Path

from rich.console import Console

from bench.cpu import machine
from bench.figures import Figure, table, write

RESULTS = Path(__file__).with_name("results.json")
SECTIONS = {
    "imports": "Cold start: CPU of imports",
    "calls": "AWS calls of a request",
    "counts": "Numbers that must be exact",
    "broadcast": "Live updates for many viewers",
    "units": "Reading and writing large tables",
    "auth": "Knowing callers and counting them",
    "encode": "CPU of a transcode",
    "early": "How soon a film can be played",
    "segments": "Sharing a source among workers",
    "render": "CPU of a render",
    "stack": "The local stack, and what a video costs",
    "sizes": "Bundles",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the sections that are named."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    chosen = parser.parse_args(arguments).sections or list(SECTIONS)
    if unknown := set(chosen) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    width = None if sys.stdout.isatty() else 140
    console = Console(file=sys.stdout, highlight=False, width=width)  # bound before what the product logs is caught
    console.print(f"[dim]{machine()}[/dim]")
    found: list[Figure] = []
    broken = []
    for name in chosen:
        began = time.monotonic()
        try:
            # what the product logs is no result
            with console.status(SECTIONS[name]), contextlib.redirect_stdout(io.StringIO()):
                measured: list[Figure] = importlib.import_module(f"bench.{name}").measure()
        except Exception:  # noqa: BLE001 - the other sections still have something to tell
            broken.append(name)
            console.print_exception()
            continue
        console.print(table(SECTIONS[name], measured))
        console.print(f"[dim]{time.monotonic() - began:.0f} s[/dim]\n")
        found += measured
    write(found, RESULTS)
    misses = [figure.name for figure in found if not figure.ok]
    console.print(f"{len(found)} figures in {RESULTS.name}; missed limits: {', '.join(misses) or 'none'}")
    if broken:
        console.print(f"[bold red]not measured: {', '.join(broken)}[/bold red]")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
