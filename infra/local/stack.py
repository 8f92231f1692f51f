"""The local stack as an object: `with LocalStack() as stack: stack.outputs["ApiUrl"]`."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from infra.local import assembly
from infra.local.addresses import local_urls
from infra.local.clients import Clients
from infra.local.deploy import Deployer
from infra.local.lock import FolderLock
from infra.local.media import MediaServer
from infra.local.settings import MAIL_FROM, ROOT, TRANSCRIBER_PYTHON, Settings
from infra.parts.edge import OFF

_STOP_SECONDS = 4.0


class StackError(Exception):
    """The stack cannot start, or has ended; the message says what to do."""


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class LocalStack:
    """One emulator with one app deployed on it. All that it started ends with it, also when it is killed.

    `commands`: what synthesises, the CDK app last. `context`: CDK context, to which `stage_settings` are added. `log`:
    where the emulator's console goes, stderr when it is None.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        commands: tuple[tuple[str, ...], ...] | None = None,
        context: dict[str, str] | None = None,
        stage_settings: dict[str, str] | None = None,
        log: Path | None = None,
        say: Callable[[str], None] = _say,
    ) -> None:
        self.settings = settings or Settings()
        self.clients = Clients(self.settings.endpoint)
        self.outputs: dict[str, Any] = {}
        bundles = str(Path(self.settings.folder) / "bundles")
        build = (sys.executable, "-m", "infra.build", "--placeholder", bundles)
        self._commands = commands or (build, (sys.executable, "app.py"))
        here = {"bundles": bundles, "rate_scale": "100", "most_workers": str(os.cpu_count() or 1)}
        here |= {
            "transcriber": "embedded",
            "transcriber_python": TRANSCRIBER_PYTHON,
            "mail_from": MAIL_FROM,
            "edge": OFF,
        }
        self._context = (here if context is None else context) | (stage_settings or {})
        self._log, self._say = log, say
        self._lock = FolderLock(self.settings.folder)
        self._server: subprocess.Popen[str] | None = None
        self._media: MediaServer | None = None
        self._deploying, self._pushing = threading.Lock(), threading.Lock()
        self._given_up = threading.Event()
        self._root, self._out = Path(self.settings.root), Path(self.settings.folder) / "cdk.out"
        self._deployer = Deployer(self.clients, self._root, self._out, say)

    @property
    def pid(self) -> int:
        """The emulator's process; 0 when there is none."""
        return self._server.pid if self._server else 0

    def __enter__(self) -> Self:
        try:
            self.start()
            self.deploy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def assembly(self) -> Path:
        return self._out

    def start(self) -> None:
        """Start the emulator with an empty state; returns at once, `wait_ready` waits.

        Raises TakenError when the folder has a running stack, StackError when a port is taken.
        """
        self._lock.take(self.settings.endpoint)
        self._given_up.clear()
        _check_free(self.settings.port)
        _check_free(self.settings.media_port)
        shutil.rmtree(self.settings.state, ignore_errors=True)
        (Path(self.settings.folder) / "outputs.json").unlink(missing_ok=True)
        (self.settings.state / "tmp").mkdir(parents=True)
        log = self._log.open("a") if self._log else None
        self._server = subprocess.Popen(
            [sys.executable, "-m", "infra.local.server", self.settings.to_json()],
            cwd=ROOT,
            env=self.settings.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        if log:
            log.close()

    def wait_ready(self, seconds: float = 60) -> None:
        """Until our own emulator answers. Raises StackError when it ends or takes longer."""
        server = self._server
        if server is None or server.stdout is None:
            raise StackError("the local stack was not started")
        if server.stdout.closed:
            return
        if not select.select([server.stdout], [], [], seconds)[0]:
            raise StackError(f"the emulator was not ready after {seconds:.0f} s")
        if server.stdout.readline().strip() != "ready":
            raise StackError(f"the emulator ended while starting{f', see {self._log}' if self._log else ''}")
        server.stdout.close()

    def is_running(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def is_fresh(self) -> bool:
        """Whether a synthesis would make the same templates."""
        return assembly.is_fresh(self._root, self._out, self._context)

    def deploy(self) -> dict[str, Any]:
        """Synthesise when needed, deploy every stack, serve media, write `outputs.json`; the outputs.

        Code can be pushed while a synthesis runs.
        """
        with self._deploying:
            began, fresh = time.monotonic(), self.is_fresh()
            if not fresh:
                assembly.synthesise(self._root, self._out, self._context, self._commands, self._given_up)
                self._say(f"synthesised in {time.monotonic() - began:.1f} s")
            self.wait_ready()
            with self._pushing:
                if not fresh:
                    assembly.adopt(self._out)
                return self._deploy()

    def _deploy(self) -> dict[str, Any]:
        began = time.monotonic()
        self.clients("ses").verify_domain_identity(Domain=MAIL_FROM.rpartition("@")[2])  # as a deployer does, once
        stacks = self._deployer.deploy()
        self._say(f"deployed {len(stacks)} stacks in {time.monotonic() - began:.1f} s")
        self.outputs = self._local_outputs(stacks)
        self._serve_media(stacks)
        path = Path(self.settings.folder) / "outputs.json"
        path.with_suffix(".new").write_text(json.dumps(self.outputs, indent=2) + "\n")
        path.with_suffix(".new").rename(path)
        return self.outputs

    def push_code(self) -> list[str]:
        """Give the source tree's code to the running functions; the names of those that changed."""
        with self._pushing:
            return self._deployer.push_code()

    def stop(self) -> None:
        """End everything, within 5 seconds, a synthesis under way too, and let go of the folder."""
        self._given_up.set()
        if self._media:
            self._media.close()
            self._media = None
        server, self._server = self._server, None
        if server:
            _end(server)
        if self._deploying.acquire(timeout=1):
            self._deploying.release()
        self._lock.release()

    def _local_outputs(self, stacks: dict[str, dict[str, str]]) -> dict[str, Any]:
        here = self.settings
        local = {
            stack: {key: local_urls(value, here.endpoint, here.media_url) for key, value in values.items()}
            for stack, values in stacks.items()
        }
        flat = {key: value.rstrip("/") for values in local.values() for key, value in values.items()}
        return {
            "ApiUrl": flat.get("ApiUrl", ""),
            "WebSocketUrl": flat.get("WebSocketUrl", ""),
            "MediaUrl": here.media_url,
            "Endpoint": here.endpoint,
            **local,
        }

    def _serve_media(self, stacks: dict[str, dict[str, str]]) -> None:
        flat = {key: value for values in stacks.values() for key, value in values.items()}
        bucket, secret = flat.get("MediaBucketName"), flat.get("MediaKeySecretArn")
        if self._media or not bucket or not secret:
            return
        key = str(self.clients("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
        self._media = MediaServer(self.settings, self.clients("s3"), bucket, key.encode())
        self._media.start()


def _end(server: subprocess.Popen[str]) -> None:
    if server.stdin:
        with contextlib.suppress(OSError):
            server.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()  # its children notice
        server.wait(1)
    if server.stdout:
        server.stdout.close()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise StackError(f"port {port} is for the system's administrator; choose one above 1023") from None
        except OSError:
            raise StackError(
                f"port {port} is taken by another program, or by the stack of another checkout;"
                " choose another one with PORT= (media takes the one after it)"
            ) from None
