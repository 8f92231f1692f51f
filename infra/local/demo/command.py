"""The command `demo`: start, show, stop. Whatever fails ends it with a sentence."""

import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

import httpx
from rich.console import Console
from rich.markup import escape

from infra.local.demo.client import DemoError, check_film
from infra.local.demo.journey import SAMPLE, Journey, near
from infra.local.settings import Settings
from infra.local.stack import LocalStack, StackError

LIMIT_SECONDS = 4 * 3600
"""The demo never hangs: this is its end, whatever happens."""


def demo(settings: Settings) -> int:
    """Show the main job on a film (FILE=, else the sample); KEEP=1 leaves the stack up until Ctrl-C."""
    console = Console(highlight=False)
    film = Path(os.environ.get("FILE") or SAMPLE).expanduser()
    try:
        check_film(film)
    except DemoError as error:
        console.print(str(error), style="bold red", markup=False, soft_wrap=True)
        return 2
    keep = os.environ.get("KEEP") == "1"
    signal.signal(signal.SIGTERM, _interrupt)
    _end_at_the_latest()
    stack = LocalStack(
        settings, log=Path(settings.folder) / "demo.log", say=lambda text: console.print(f"[dim]{text}[/dim]")
    )
    try:
        Path(settings.folder).mkdir(parents=True, exist_ok=True)
        with stack:
            Journey(stack, console).run(film)
            if keep:
                address = stack.outputs["ApiUrl"]
                console.print(f"the stack stays up at {address}; Ctrl-C or make down ends it", soft_wrap=True)
                _wait(stack)
    except (DemoError, httpx.HTTPError) as error:
        console.print(f"[bold red]the demo failed:[/bold red] {escape(str(error) or type(error).__name__)}")
        console.print(f"the stack's log is {near(Path(settings.folder) / 'demo.log')}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    hint = "" if keep else "; KEEP=1 leaves it up"
    console.print(f"[bold green]done[/bold green]: the stack is down, and its addresses with it{hint}")
    return 0


def _wait(stack: LocalStack) -> None:
    try:
        while stack.is_running():
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    raise StackError("the emulator ended")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _end_at_the_latest() -> None:
    timer = threading.Timer(LIMIT_SECONDS, os.kill, (os.getpid(), signal.SIGTERM))
    timer.daemon = True
    timer.start()
