"""The emulator's process: `python -m infra.local.server SETTINGS_AS_JSON`, with a clean environment.

Writes `ready` to standard output when its own listener answers. Ends when standard input closes (whoever started it has
gone), on SIGTERM, or on Ctrl-C; no worker and no job outlives it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import socket
import sys
import threading
from importlib.metadata import version
from typing import Any

from infra.local import differences, runtime
from infra.local.processes import Supervisor
from infra.local.settings import Settings


def _bind(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _correct(settings: Settings, supervisor: Supervisor) -> None:
    runtime.begin(settings, supervisor)
    corrections = differences.load()
    if missing := differences.missing_names(corrections):
        raise RuntimeError("MiniStack lacks names that the local stack leans on: " + ", ".join(missing))
    for found in corrections:
        found.install()


async def _serve(application: Any, listener: socket.socket, supervisor: Supervisor) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout, config.loglevel, config.graceful_timeout = 75, "WARNING", 0.2
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    threading.Thread(target=_watch_parent, args=(loop, stop), daemon=True, name="parent-watch").start()

    async def ready_until_stopped() -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        os.dup2(2, 1)  # nobody reads on
        await stop.wait()
        await asyncio.to_thread(supervisor.close)  # first, so that no request waits for a worker

    await serve(application, config, shutdown_trigger=ready_until_stopped)


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


def main(text: str) -> None:
    settings = Settings.from_json(text)
    if (found := version("ministack")) != differences.PINNED:
        sys.exit(f"local stack: ministack {differences.PINNED} is needed, {found} is installed")
    os.environ.pop("PYTHONPATH", None)  # it was for this process; a function must find nothing but its own code
    listener = _bind(settings.port)
    supervisor = Supervisor()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    code = 1
    try:
        from ministack import app

        _correct(settings, supervisor)
        asyncio.run(_serve(app.app, listener, supervisor))
        code = 0
    finally:
        supervisor.close()
        logging.shutdown()
        if code == 0:
            os._exit(0)  # engine threads of running executions must not hold the exit


if __name__ == "__main__":
    main(sys.argv[1])
