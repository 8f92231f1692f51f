"""`python -m infra.local up|down|demo`: the whole product on this machine."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from infra.local.assembly import SynthError
from infra.local.deploy import DeployError
from infra.local.lock import FolderLock, TakenError
from infra.local.reload import Reloader
from infra.local.settings import Settings
from infra.local.stack import LocalStack, StackError

_DOWN_SECONDS = 8.0
_HIGHEST_PORT = 65535


def _say(text: str) -> None:
    sys.stdout.write(f"local: {text}\n")
    sys.stdout.flush()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def up(settings: Settings) -> int:
    """Serve until Ctrl-C, SIGTERM or `down`."""
    signal.signal(signal.SIGTERM, _interrupt)
    stack = LocalStack(settings, say=_say)
    reloader = None
    try:
        stack.start()
        stack.deploy()
        reloader = Reloader(stack, _say)
        reloader.start()
        for name in ("ApiUrl", "WebSocketUrl", "MediaUrl", "Endpoint"):
            _say(f"{name:12} {stack.outputs[name] or '(none yet)'}")
        _say("ready. The state is disposable: it is wiped at every start. Ctrl-C ends it.")
        while stack.is_running():
            time.sleep(0.5)
        raise StackError("the emulator ended")
    except KeyboardInterrupt:
        _say("stopping")
        return 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if reloader:
            reloader.close()
        stack.stop()


def down(settings: Settings) -> int:
    """End the folder's stack, whether `up` or `demo` started it; 0 also when there is none."""
    lock = FolderLock(settings.folder)
    limit, asked = time.monotonic() + _DOWN_SECONDS, False
    while time.monotonic() < limit:
        if lock.is_free():
            _say("stopped" if asked else "nothing is running")
            return 0
        if not asked and (pid := lock.owner()):
            os.kill(pid, signal.SIGTERM)
            asked = True
        time.sleep(0.05)
    _say(f"the stack did not end within {_DOWN_SECONDS:.0f} s")
    return 1


def _demo(settings: Settings) -> int:
    from infra.local.demo.command import demo

    return demo(settings)


def _port(text: str, highest: int) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= highest):
        raise argparse.ArgumentTypeError(f"{text} is no port: a number from 1 to {highest}")
    return int(text)


def _first_port(text: str) -> int:
    """PORT= may be it; media takes the one after it."""
    return _port(text, _HIGHEST_PORT - 1)


def _media_port(text: str) -> int:
    return _port(text, _HIGHEST_PORT)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("up", "start the stack and keep it running"),
        ("down", "end it"),
        ("demo", "show the main job on a film"),
    ):
        command = commands.add_parser(name, help=text, prog=f"make {name}", usage=f"make {name} PORT=4566")
        default = os.environ.get("PORT") or "4566"
        command.add_argument("--port", type=_first_port, default=default, help="default PORT= or 4566")
        command.add_argument("--media-port", type=_media_port, default=None, help="default: the port after it")
        command.add_argument("--folder", default=Settings().folder, help="where a run leaves its files")
    chosen = parser.parse_args(arguments)
    settings = Settings(
        port=chosen.port, media_port=chosen.media_port or chosen.port + 1, folder=str(Path(chosen.folder).resolve())
    )
    try:
        return {"up": up, "down": down, "demo": _demo}[chosen.command](settings)
    except (StackError, TakenError, DeployError, SynthError) as exc:
        sys.stderr.write(f"local: {exc}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
