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
_SHOWN = 3
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
        self._waiting: set[Path] = set()
        """What was edited and is not pushed: a broken file keeps all of it back."""
        self._lock = threading.Lock()
        self._undeployed: set[str] = set()
        self._refused = False
        """The last deployment failed, so the next edit tries again, whatever it changes."""
        self._declaration_changed = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True, name=f"hot-reload{work.__name__}")
            for work in (self._watch, self._deploy_for_ever)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """See no further edit, and say no more; a synthesis under way ends with the stack."""
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
                self._reload({path for path in now.keys() | before.keys() if now.get(path) != before.get(path)})

    def _reload(self, changed: set[Path]) -> None:
        self._waiting |= changed
        faults = {path: fault for path in sorted(self._waiting) if (fault := assembly.syntax_error(path))}
        for path, fault in faults.items():
            self._say(f"{path.relative_to(self._root)}: broken, not pushed: {fault}")
        if not faults:
            self._push(sorted(str(path.relative_to(self._root)) for path in self._waiting))

    def _push(self, names: list[str]) -> None:
        began = time.monotonic()
        try:
            functions = self._stack.push_code()
            declared = self._fingerprint()
        except _FAILURES as exc:
            self._say(f"the code was not pushed: {exc}")
            return
        self._waiting.clear()
        if declared != self._declared or self._refused:
            self._declared, self._refused = declared, False
            with self._lock:
                self._undeployed |= set(names)
            word = "saved" if any((self._root / name).exists() for name in names) else "deleted"
            self._say(f"{_few(names)}: {word}; synthesising, about a minute")
            self._declaration_changed.set()
        elif functions:
            self._say(f"{_few(names)}: live in {time.monotonic() - began:.1f} s ({_counted(functions)})")

    def _deploy_for_ever(self) -> None:
        """Beside the watching, so that code goes on being pushed while a synthesis runs."""
        while self._declaration_changed.wait() and not self._end.is_set():
            self._declaration_changed.clear()
            with self._lock:
                names, self._undeployed = sorted(self._undeployed), set()
            began = time.monotonic()
            try:
                self._stack.deploy()
            except _FAILURES as exc:
                with self._lock:
                    self._undeployed |= set(names)
                self._refused = True
                if not self._end.is_set():
                    self._say(f"{_few(names)}: not deployed, the stack goes on as it was: {exc}")
                continue
            self._say(f"{_few(names)}: live after {time.monotonic() - began:.0f} s")


def _few(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _counted(functions: list[str]) -> str:
    return f"{len(functions)} function{'' if len(functions) == 1 else 's'}"
