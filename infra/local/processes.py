"""Processes by fork: asks the zygote for children, in the shape of `subprocess.Popen`."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Literal

_START_SECONDS = 60.0


class Supervisor:
    """The zygote's other end. Start it before anything slow: its imports overlap with the emulator's."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._lock = threading.Lock()
        script = str(Path(__file__).with_name("zygote.py"))
        self._zygote = subprocess.Popen(
            [sys.executable, "-I", "-B", script, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()

    def start(
        self,
        kind: Literal["lambda", "job"],
        argv: list[str],
        cwd: str,
        env: dict[str, str],
        fds: tuple[int, int, int],
        wait: float = _START_SECONDS,
    ) -> Child:
        """Fork one child with these three descriptors as its standard streams."""
        link, theirs = socket.socketpair()
        link.settimeout(wait)
        try:
            with self._lock:
                socket.send_fds(self._control, [b"F"], [theirs.fileno(), *fds])
            theirs.close()
            link.sendall(json.dumps({"kind": kind, "argv": argv, "cwd": cwd, "env": env}).encode() + b"\n")
            return Child(link)
        except (OSError, ValueError) as exc:
            link.close()
            raise OSError(f"the process supervisor did not start {argv[0]}: {exc}") from exc

    def close(self, seconds: float = 3.0) -> None:
        """End every child and the zygote."""
        self._control.close()
        try:
            self._zygote.wait(seconds)
        except subprocess.TimeoutExpired:
            self._zygote.kill()
            self._zygote.wait(1)


class Child:
    """A running child: `pid`, `returncode`, `poll`, `wait` and signals."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._reader = link.makefile("rb")
        self._lock = threading.Lock()
        self.pid = int(json.loads(self._reader.readline())["pid"])
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; negative is the signal that ended it. One thread waits, others may send signals."""
        with self._lock:
            if self.returncode is None:
                if not select.select([self._link], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("child", timeout or 0)
                line = self._reader.readline()
                self.returncode = int(json.loads(line)["exit"]) if line else -int(signal.SIGKILL)
                self._reader.close()
                self._link.close()
            return self.returncode

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(OSError):  # it has just ended
                self._link.sendall(b"%d\n" % number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class WorkerProcess:
    """A Lambda worker with its three text streams: the part of `Popen` that the emulator's pool uses."""

    def __init__(self, supervisor: Supervisor, argv: list[str], cwd: str, env: dict[str, str]) -> None:
        (child_in, stdin), (stdout, child_out), (stderr, child_err) = os.pipe(), os.pipe(), os.pipe()
        self.stdin = os.fdopen(stdin, "w", 1)
        self.stdout, self.stderr = os.fdopen(stdout, "r", 1), os.fdopen(stderr, "r", 1, errors="replace")
        try:
            self._child = supervisor.start("lambda", argv[1:], cwd, env, (child_in, child_out, child_err))
        finally:
            for fd in (child_in, child_out, child_err):
                os.close(fd)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._child, name)
