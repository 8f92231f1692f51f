"""`python -m infra.local up|down|demo`: the whole product on this machine."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from infra.local.assembly import SynthError
from infra.local.deploy import DeployError
from infra.local.reload import Reloader
from infra.local.settings import Settings
from infra.local.stack import LocalStack, StackError

_DOWN_SECONDS = 8.0


def _say(text: str) -> None:
    sys.stdout.write(f"local: {text}\n")
    sys.stdout.flush()


def _pid_file(settings: Settings) -> Path:
    return Path(settings.folder) / "up.pid"


@contextlib.contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Hold the lock on the pid file: one stack per folder, and `down` knows whether the number in it is still true."""
    path = _pid_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(
                f"a local stack of {settings.folder} is running already; end it with `make down`"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def up(settings: Settings) -> int:
    """Serve until Ctrl-C, SIGTERM or `down`."""
    signal.signal(signal.SIGTERM, _interrupt)
    with _only_one(settings):
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
    """End a stack that `up` started; 0 also when there is none."""
    path = _pid_file(settings)
    if not path.exists():
        _say("nothing is running")
        return 0
    with path.open() as file:
        limit, asked = time.monotonic() + _DOWN_SECONDS, False
        while time.monotonic() < limit:
            with contextlib.suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _say("stopped" if asked else "nothing is running")
                return 0
            if not asked and (pid := path.read_text().strip()):
                os.kill(int(pid), signal.SIGTERM)
                asked = True
            time.sleep(0.05)
    _say(f"the stack did not end within {_DOWN_SECONDS:.0f} s")
    return 1


def _demo(settings: Settings) -> int:
    from infra.local.demo.command import demo

    return demo(settings)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("up", "start the stack and keep it running"),
        ("down", "end it"),
        ("demo", "show the main job on a film"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument(
            "--port", type=int, default=int(os.environ.get("PORT") or 4566), help="default PORT= or 4566"
        )
        command.add_argument("--media-port", type=int, default=None, help="default: the port after it")
        command.add_argument("--folder", default=Settings().folder, help="where a run leaves its files")
    chosen = parser.parse_args(arguments)
    settings = Settings(
        port=chosen.port, media_port=chosen.media_port or chosen.port + 1, folder=str(Path(chosen.folder).resolve())
    )
    try:
        return {"up": up, "down": down, "demo": _demo}[chosen.command](settings)
    except (StackError, DeployError, SynthError) as exc:
        sys.stderr.write(f"local: {exc}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
