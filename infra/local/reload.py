"""Hot reload: an edit of a handler is live in seconds; an edit of a declaration is synthesised and deployed beside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.local import assembly
from infra.local.deploy import DeployError
from infra.local.stack import LocalStack, StackError

_POLL_SECONDS = 0.3
_FAILURES = (BotoCoreError, ClientError, DeployError, StackError, assembly.SynthError, OSError)


class Reloader:
    """Watches the source tree of a running stack."""

    def __init__(self, stack: LocalStack, say: Callable[[str], None]) -> None:
        self._stack, self._say = stack, say
        self._root = Path(stack.settings.root)
        self._end = threading.Event()
        self._fingerprint = assembly.Fingerprint(self._root)
        self._declared = self._fingerprint()
        self._seen = self._stamps()
        self._declaration_changed = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True, name=f"hot-reload{work.__name__}")
            for work in (self._watch, self._deploy_for_ever)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._end.set()
        self._declaration_changed.set()

    def _stamps(self) -> dict[Path, int]:
        found = {}
        for path in assembly.files(self._root, *assembly.SOURCES, "infra", "app.py", "cdk.json"):
            try:
                found[path] = path.stat().st_mtime_ns
            except FileNotFoundError:  # an editor replaces files
                continue
        return found

    def _watch(self) -> None:
        while not self._end.wait(_POLL_SECONDS):
            now, before = self._stamps(), self._seen
            if now != before:
                self._seen = now
                changed = {path for path in now.keys() | before.keys() if now.get(path) != before.get(path)}
                self._reload(sorted(str(path.relative_to(self._root)) for path in changed))

    def _reload(self, changed: list[str]) -> None:
        began = time.monotonic()
        try:
            functions = self._stack.push_code()
        except _FAILURES as exc:
            self._say(f"the code was not pushed: {exc}")
            return
        if functions:
            self._say(
                f"{', '.join(changed[:3])}: live in {time.monotonic() - began:.1f} s ({len(functions)} functions)"
            )
        declared = self._fingerprint()
        if declared != self._declared:
            self._declared = declared
            self._declaration_changed.set()

    def _deploy_for_ever(self) -> None:
        """Beside the watching, so that code goes on being pushed while a synthesis runs."""
        while self._declaration_changed.wait() and not self._end.is_set():
            self._declaration_changed.clear()
            self._say("a declaration changed: synthesising")
            try:
                self._stack.deploy()
            except _FAILURES as exc:
                self._say(f"not deployed, the stack goes on as it was: {exc}")
