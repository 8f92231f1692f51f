"""The parent of every Lambda worker and Batch job: forks on request, reports how each child ended, leaves no orphan.

One thread and one control socket. A request is one byte on that socket with four descriptors: a link, stdin, stdout,
stderr. The link then carries `{"kind": "lambda" | "job", "argv", "cwd", "env"}` as one line of JSON; back come one line
with the pid and, at the end, one with the exit code (negative: the signal). A number sent over the link is a signal to
deliver; closing it kills the child. When the control socket closes, the launcher is gone: everything is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
PRELOAD = (
    "fastapi",
    "fastapi.dependencies.utils",
    "starlette.middleware.cors",
    "mangum",
    "pydantic",
    "pynamodb.models",
    "pynamodb.transactions",
    "aws_lambda_powertools",
    "jwt",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "cryptography.hazmat.primitives.serialization",
    "boto3",
)
SERVICES = ("dynamodb", "s3", "stepfunctions", "ssm", "secretsmanager", "events", "sts")
_END_SECONDS = 2.0


_LIBC: Any = ctypes.CDLL(None) if sys.platform == "linux" else None


def _prctl(option: int, value: int) -> None:
    if _LIBC:
        _LIBC.prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    """In a child: be killed when the thread that forked it ends. Linux only; elsewhere pipes that close must do."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def preload() -> None:
    """Import what a handler would pay for at its first request; parse AWS model files once, shared by copy on write."""
    import botocore.loaders
    import botocore.session

    loader: Any = botocore.loaders.JSONFileLoader
    loader.load_file = functools.cache(loader.load_file)
    for name in PRELOAD:
        try:
            __import__(name)
        except ImportError as exc:
            print(f"local stack: not preloaded, {exc}", file=sys.stderr)
    session = botocore.session.get_session()
    for service in SERVICES:
        session.create_client(
            service,
            region_name="us-east-1",
            endpoint_url="http://127.0.0.1:9",
            aws_access_key_id="-",
            aws_secret_access_key="-",
        )


def _become(request: dict[str, Any], fds: list[int]) -> None:
    """In the child: turn into the worker or the job."""
    die_with_parent()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    for target, fd in enumerate(fds):
        os.dup2(fd, target)
    os.closerange(3, 4096)
    os.chdir(request["cwd"])
    argv = request["argv"]
    if request["kind"] == "job":
        os.execvpe(argv[0], argv, request["env"])  # noqa: S606
    os.environ.clear()
    os.environ.update(request["env"])
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w", 1), os.fdopen(2, "w", 1)
    sys.argv = argv
    sys.path.insert(0, str(Path(argv[0]).parent))
    runpy.run_path(argv[0], run_name="__main__")


def _run_child(request: dict[str, Any], fds: list[int]) -> None:
    code = 0
    try:
        _become(request, fds)
    except FileNotFoundError as exc:
        print(f"cannot start: {exc}", file=sys.__stderr__)
        code = 127
    except SystemExit as exc:
        code = exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    except BaseException:  # noqa: BLE001, a child never returns into the zygote
        traceback.print_exc()
        code = 1
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


class Zygote:
    """The event loop: requests, signals to deliver, children that ended."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.selector = selectors.DefaultSelector()
        self.links: dict[int, socket.socket] = {}
        self.woken, wake = os.pipe()
        for fd in (self.woken, wake):
            os.set_blocking(fd, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)
        self.selector.register(control, selectors.EVENT_READ, self._request)
        self.selector.register(self.woken, selectors.EVENT_READ, self._reap)

    def run(self) -> None:
        while self.control.fileno() >= 0:
            for key, _ in self.selector.select():
                key.data()
        self._end()

    def _request(self) -> None:
        byte, fds, _, _ = socket.recv_fds(self.control, 1, 4)
        if not byte:
            self.selector.unregister(self.control)
            self.control.close()
            return
        link = socket.socket(fileno=fds[0])
        try:
            link.settimeout(5)
            with link.makefile("rb") as reader:
                request = json.loads(reader.readline())
            if (pid := os.fork()) == 0:
                _run_child(request, fds[1:])
            self.links[pid] = link
            link.sendall(b'{"pid": %d}\n' % pid)
            self.selector.register(link, selectors.EVENT_READ, functools.partial(self._signal, pid))
        except (OSError, ValueError):
            traceback.print_exc()
            link.close()
        finally:
            for fd in fds[1:]:
                os.close(fd)

    def _signal(self, pid: int) -> None:
        """A number from the launcher, or its end of the link is closed."""
        link = self.links.get(pid)
        if link is None:
            return
        try:
            text = link.recv(64)
        except OSError:
            text = b""
        for number in text.split() or [b"9"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, int(number))
        if not text:
            self.selector.unregister(link)
            self.links[pid].close()

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.woken, 4096)
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self._tell(*ended)
        self._kill_strays()

    def _tell(self, pid: int, status: int) -> None:
        link = self.links.pop(pid, None)
        if link is None or link.fileno() < 0:
            return
        self.selector.unregister(link)
        with contextlib.suppress(OSError):
            link.sendall(b'{"exit": %d}\n' % os.waitstatus_to_exitcode(status))
        link.close()

    def _kill_strays(self) -> None:
        """What a child started and left behind became ours: a sandbox on AWS ends with all that ran in it."""
        listing = Path(f"/proc/self/task/{os.getpid()}/children")
        for pid in map(int, listing.read_text().split() if listing.exists() else ()):
            if pid not in self.links:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _end(self) -> None:
        for pid in self.links:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.links.clear()
        limit = time.monotonic() + _END_SECONDS
        with contextlib.suppress(ChildProcessError):
            while time.monotonic() < limit:
                self._kill_strays()
                if not os.waitpid(-1, os.WNOHANG)[0]:
                    time.sleep(0.01)


def main(control: int) -> None:
    preload()
    if threading.active_count() != 1:
        sys.exit(f"local stack: a preloaded module started threads: {threading.enumerate()}")
    gc.collect()
    gc.freeze()
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the launcher decides; Ctrl-C reaches the whole group
    Zygote(socket.socket(fileno=control)).run()


if __name__ == "__main__":
    if sys.argv[1] == "run":  # any command, on the leash of the process that is named
        die_with_parent()
        if os.getppid() != int(sys.argv[2]):
            sys.exit("whoever started this is gone")
        os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606
    main(int(sys.argv[1]))
