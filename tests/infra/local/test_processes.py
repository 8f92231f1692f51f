"""The command: ports, one stack per folder, `down`, and nothing left behind, whatever ends it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local import zygote
from infra.local.__main__ import main
from infra.local.assembly import SynthError, synthesise
from infra.local.lock import FolderLock, TakenError
from infra.local.settings import ROOT, Settings
from infra.local.stack import LocalStack, StackError
from tests.infra.local.test_lambdas import PATIENCE, until
from tests.local_stack import free_ports, settings_for, use_known_assembly

UP = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored where tests run in the background
from infra.local import __main__ as command
from infra.local import stack
stock = stack.LocalStack.__init__
def small(self, settings, **more):
    from infra.local.settings import Settings
    import dataclasses
    settings = dataclasses.replace(settings, root=sys.argv[1])
    stock(self, settings, commands=((sys.executable, "app.py"),), context={}, **more)
stack.LocalStack.__init__ = small
sys.exit(command.main(sys.argv[2:]))
"""


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def processes_naming(text: str) -> set[int]:
    """Pids whose command line or environment names `text`."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            content = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in content and int(folder.name) != os.getpid():
            found.add(int(folder.name))
    return found


@pytest.fixture
def running(stack: LocalStack, app_root: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`up` in a process of its own, with a worker, a zygote and a running job."""
    folder = tmp_path / "folder"
    use_known_assembly(folder, "small-app")  # which the session's stack has kept
    port, media_port = free_ports(2)
    arguments = ["up", "--port", str(port), "--media-port", str(media_port), "--folder", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-c", UP, str(app_root), *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        assert any("ready." in line for line in lines)
        other = LocalStack(Settings(port=port, media_port=media_port, folder=str(folder)))
        other.clients("lambda").invoke(FunctionName="test-echo", Payload="{}")
        batch = other.clients("batch")
        queue = batch.describe_job_queues()["jobQueues"][0]["jobQueueName"]
        definition = batch.describe_job_definitions()["jobDefinitions"][0]["jobDefinitionArn"]
        script = f"setsid sleep 600 {folder} & sleep 600"
        batch.submit_job(
            jobName="long",
            jobQueue=queue,
            jobDefinition=definition,
            containerOverrides={"command": ["sh", "-c", script]},
        )
        assert until(lambda: len(processes_naming(str(folder))) >= 5)
        yield process, folder
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def down(_process: subprocess.Popen[str], folder: Path) -> None:
    done = command("down", "--folder", str(folder))
    assert (done.returncode, done.stdout) == (0, "local: stopped\n")


def interrupt(process: subprocess.Popen[str], _folder: Path) -> None:
    process.send_signal(signal.SIGINT)


def kill(process: subprocess.Popen[str], _folder: Path) -> None:
    process.kill()


@pytest.mark.parametrize("end", [down, interrupt, kill])
def test_nothing_is_left_behind(running: tuple[subprocess.Popen[str], Path], end: Callable[..., None]) -> None:
    process, folder = running
    end(process, folder)
    process.wait(PATIENCE)
    assert until(lambda: not processes_naming(str(folder))), processes_naming(str(folder))
    assert process.returncode == (-signal.SIGKILL if end is kill else 0)


def test_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = command("up", "--port", port, "--folder", str(tmp_path))
    assert done.returncode == 1
    assert f"port {port} is taken by another program, or by the stack of another checkout; choose" in done.stderr


def test_down_without_a_stack(tmp_path: Path) -> None:
    assert command("down", "--folder", str(tmp_path)).stdout == "local: nothing is running\n"


def test_second_stack_in_a_folder_is_refused(
    running: tuple[subprocess.Popen[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither `up` nor `demo` touches what the running stack has written."""
    _, folder = running
    port, media_port = free_ports(2)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    monkeypatch.setenv("FILE", str(film))
    outputs = (folder / "outputs.json").read_text()
    refusal = f"local: a local stack of {folder} is running already at {json.loads(outputs)['Endpoint']};"
    for name in ("up", "demo"):
        done = command(name, "--port", str(port), "--media-port", str(media_port), "--folder", str(folder))
        assert (done.returncode, done.stderr) == (1, f"{refusal} end it with `make down`\n")
    assert (folder / "outputs.json").read_text() == outputs
    assert (folder / "state" / "tmp").is_dir()


def test_stack_holds_its_folder_from_start_to_stop(tmp_path: Path) -> None:
    """Whoever started it, `down` finds the process."""
    lock, other = FolderLock(str(tmp_path)), FolderLock(str(tmp_path))
    assert lock.is_free()
    lock.take("http://127.0.0.1:1")
    assert (other.is_free(), other.owner()) == (False, os.getpid())
    with pytest.raises(TakenError, match=r"at http://127\.0\.0\.1:1; end it with `make down`$"):
        other.take("http://127.0.0.1:2")
    other.release()
    assert not other.is_free(), "who does not hold it lets go of nothing"
    lock.release()
    assert (other.is_free(), other.owner()) == (True, None)


@pytest.mark.parametrize("port", ["abc", "80x", "0", "-1", "65535", "99999", "\u0663"])
def test_port_that_is_none_is_refused(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit) as ended:
        main(["up"])
    assert ended.value.code == 2
    assert f"{port} is no port: a number from 1 to 65534" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("none.mp4", None, "there is no such file"),
        ("folder.mp4", "", "is not a file"),
        ("film.txt", "film", "MP4, MOV and WebM can be uploaded (.mp4, .m4v, .mov, .webm)"),
        ("empty.mov", "empty", "is empty"),
    ],
)
def test_film_that_the_api_would_refuse_is_found_before_the_start(
    tmp_path: Path,
    name: str,
    content: str | None,
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    film = tmp_path / name
    if content == "":
        film.mkdir()
    elif content:
        film.write_text(content.removeprefix("empty"))
    monkeypatch.setenv("FILE", str(film))
    folder = tmp_path / "local"
    assert main(["demo", "--folder", str(folder)]) == 2
    assert f"FILE={film}: {complaint}" in capsys.readouterr().out
    assert not folder.exists()


def test_waiting_for_a_stack_that_was_not_started(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="not started"):
        LocalStack(settings_for(tmp_path)).wait_ready(1)


def test_synthesis_under_way_ends_with_whoever_started_it(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from infra.local.assembly import synthesise
synthesise(Path({str(tmp_path)!r}), Path({str(tmp_path)!r}) / "cdk.out", {{}}, (("sleep", "300"),))
"""
    starter = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    # the starter knows the folder from its command line, the other from its environment
    assert until(lambda: len(processes_naming(str(tmp_path))) >= 2, 15)
    starter.kill()
    starter.wait()
    assert until(lambda: not processes_naming(str(tmp_path)))


def test_synthesis_does_not_begin_once_its_starter_is_gone(tmp_path: Path) -> None:
    """It was killed before the child could ask to be killed with it."""
    mark = tmp_path / "ran"
    line = [sys.executable, "-I", zygote.__file__, "run", "1", "touch", str(mark)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=15, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "whoever started this is gone")
    assert not mark.exists()


def test_synthesis_that_is_given_up_ends_with_all_that_it_started(tmp_path: Path) -> None:
    given_up, said = threading.Event(), list[str]()
    script = "sleep 300 & sleep 300"  # which know the folder from their environment

    def run() -> None:
        try:
            synthesise(tmp_path, tmp_path / "cdk.out", {}, (("sh", "-c", script),), given_up)
        except SynthError as exc:
            said.append(str(exc))

    thread = threading.Thread(target=run)
    thread.start()
    assert until(lambda: len(processes_naming(str(tmp_path))) >= 3, 15)
    given_up.set()
    thread.join(3)
    assert said == ["given up"]
    assert until(lambda: not processes_naming(str(tmp_path)))
