"""The command `demo`: start, show, stop. Whatever fails ends it with a sentence and a status of 1."""

import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

import httpx
from rich.console import Console

from infra.local.demo.client import DemoError
from infra.local.demo.journey import SAMPLE, Journey
from infra.local.settings import Settings
from infra.local.stack import LocalStack, StackError

LIMIT_SECONDS = 4 * 3600
"""The demo never hangs: this is its end, whatever happens."""


def demo(settings: Settings) -> int:
    """Show the main job on a film (FILE=, else the sample); KEEP=1 leaves the stack up until Ctrl-C."""
    console = Console(highlight=False)
    signal.signal(signal.SIGTERM, _interrupt)
    _end_at_the_latest()
    film = Path(os.environ.get("FILE") or SAMPLE).expanduser()
    stack = LocalStack(
        settings, log=Path(settings.folder) / "demo.log", say=lambda text: console.print(f"[dim]{text}[/dim]")
    )
    try:
        Path(settings.folder).mkdir(parents=True, exist_ok=True)
        with stack:
            Journey(stack, console).run(film)
            if os.environ.get("KEEP") == "1":
                console.print(f"the stack stays up at {stack.outputs['ApiUrl']}; Ctrl-C ends it")
                _wait(stack)
    except (DemoError, httpx.HTTPError) as error:
        console.print(f"[bold red]the demo failed:[/bold red] {error or type(error).__name__}")
        console.print(f"the stack's log is {Path(settings.folder) / 'demo.log'}")
        return 1
    except KeyboardInterrupt:
        return 130
    console.print("[bold green]done[/bold green]")
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
