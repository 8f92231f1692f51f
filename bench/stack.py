"""The product on a local stack of its own: what a video leaves behind, first answers, memory, and edits that go live.

The stack runs a copy of the source tree, so that a handler can be edited.
"""

import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from imageio_ffmpeg import get_ffmpeg_exe

from bench import two_hours
from bench.figures import Figure
from bench.processes import private_megabytes
from bench.workflow import definition, path
from infra.local.reload import Reloader
from infra.local.stack import LocalStack
from infra.parts.discovery import ROOT, rooms
from shared.contract.declare import Endpoint
from shared.media.plan import Plan
from tests.api import event
from tests.journeys.traveller import Traveller, until
from tests.local_stack import keep_assembly, settings_for, use_known_assembly

SHORT, LONG = 10, 120
"""Seconds of the two sources."""
TREE = ("app.py", "cdk.json", "functions", "infra", "layers", "requirements.txt", "shared")
LANES = ("lambda", "batch", "gpu", "outside")
WITH_GPUS = {"gpu": "g4dn"}
"""So that the definition has all of them; the sources here are small, so that none goes there."""
TRANSITIONS = 12
FIRST_HIT_SECONDS, RELOAD_SECONDS = 0.5, 3.0
EDITS = 5
MEGABYTES, FUNCTIONS = 4000, 100
PER_RUNG, PER_VIDEO = 3, 8
"""Published objects: a file and two playlists a rung; two of the sound, two of the storyboard, the preview, the master
playlist, the poster and the manifest a video."""
BY_PUBLISHING = 2
"""Of those, the poster and the manifest are not written by packaging."""


def measure() -> list[Figure]:
    """Start a stack, measure, end it."""
    with _stack() as stack:
        hits = _first_hits(stack)
        machine = definition(stack.assembly, "transcode")
        counts = [*_transitions(machine, "source", LANES), *_render_transitions(stack.assembly)]
        return [*counts, *_videos(stack, machine), *hits, _reload(stack)]


@contextmanager
def _stack() -> Iterator[LocalStack]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        use_known_assembly(folder, "gpu")
        root = folder / "root"
        root.mkdir()
        for part in TREE:
            _copy(ROOT / part, root / part)
        settings = settings_for(folder, root=str(root))
        with LocalStack(settings, stage_settings=WITH_GPUS, log=folder / "emulator.log", say=lambda _: None) as stack:
            keep_assembly(folder, "gpu")
            yield stack


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _transitions(machine: dict[str, Any], what: str, lanes: tuple[str, ...]) -> list[Figure]:
    """A definition without loops, whose one map is that of the workers: the count holds for any length."""
    counts = {lane: len(path(machine, lane=lane, next="plan")) for lane in lanes}
    if "gpu" in lanes:
        counts["failing gpu"] = len(path(machine, failing="encode_gpu_job", lane="gpu"))
    return [
        Figure(f"state transitions of any {what}, {lane} lane", count, "", TRANSITIONS)
        for lane, count in counts.items()
    ]


def _render_transitions(assembly: Path) -> list[Figure]:
    """Of a render whose words have their times, in our own lanes: the other ways are rounds."""
    return _transitions(definition(assembly, "render"), "render", ("lambda", "batch"))


def _videos(stack: LocalStack, machine: dict[str, Any]) -> list[Figure]:
    left: dict[int, dict[str, int]] = {}
    with Traveller(stack) as uploader:
        for seconds in (SHORT, LONG):
            video = uploader.ready(source_of(seconds, Path(stack.settings.folder)))
            left[seconds] = _left_by(uploader, video)
        long = _two_hours(uploader, video["id"], machine)
    rungs = left[SHORT]["rungs"]
    limits = {f"S3 objects under v/, rungs: {rungs}": PER_RUNG * rungs + PER_VIDEO}
    found = []
    for name in (key for key in left[SHORT] if key != "rungs"):
        expected = limits.get(name, left[SHORT][name])
        grows = "bytes" in name or name == "runs"  # the plan lists every segment, and lies in S3
        for seconds in (SHORT, LONG):
            value, unit = left[seconds][name], "bytes" if "bytes" in name else ""
            found.append(Figure(f"{name}, {seconds} s source", value, unit, None if grows else expected))
    return [*found, *long]


def _two_hours(uploader: Traveller, video_id: str, machine: dict[str, Any]) -> list[Figure]:
    """The same source two hours long: planned and packaged by the engine, from no pictures."""
    keys = uploader.keys(f"work/{video_id}/")

    def told(ending: str) -> dict[str, Any]:
        key = next(key for key in keys if key.endswith(ending))
        found: dict[str, Any] = json.loads(
            uploader.aws("s3").get_object(Bucket=uploader.bucket, Key=key)["Body"].read()
        )
        return found

    plan = two_hours.plan_of(Plan.from_json(told("/plan.json")).facts)
    rungs = len(plan.rungs)
    stsd, audio = (bytes.fromhex(told(f"/{name}/run-0000.json")["stsd"]) for name in (plan.rungs[0].name, "audio"))
    # a Map starts an execution a worker, an array of jobs is one state
    workers = plan.workers if plan.lane == "lambda" else 0
    return [
        Figure(
            f"state transitions, 2 h source, simulated, {plan.lane} lane, {plan.workers} workers",
            len(path(machine, lane=plan.lane)) + workers,
            "",
            TRANSITIONS + workers,
        ),
        Figure(
            f"S3 objects under v/, rungs: {rungs}, 2 h source, simulated",
            two_hours.published(plan, stsd, audio) + BY_PUBLISHING,
            "",
            PER_RUNG * rungs + PER_VIDEO,
        ),
    ]


def _left_by(uploader: Traveller, video: dict[str, Any]) -> dict[str, int]:
    execution = uploader.execution(video["id"])
    published, work = uploader.keys(f"v/{video['id']}/"), uploader.keys(f"work/{video['id']}/")
    rungs = len(video["quality_variants"])
    states = uploader.aws("stepfunctions")
    told = states.describe_execution(executionArn=execution)["input"]
    history = states.get_paginator("get_execution_history").paginate(executionArn=execution)
    answers = [_answer(one) for page in history for one in page["events"]]
    runs = sum(f"/{next(iter(video['quality_variants']))}/run-" in key for key in work) // 2
    plan = next(key for key in work if key.endswith("/plan.json"))
    head = uploader.aws("s3").head_object(Bucket=uploader.bucket, Key=plan)
    return {
        "rungs": rungs,
        "state transitions, local run": len(uploader.entered(execution)),
        f"S3 objects under v/, rungs: {rungs}": len(published),
        "S3 objects under work/, those of the runs left out": len(work) - 2 * rungs * runs,
        "runs": runs,
        "bytes that a state hands on, most": max(map(len, [told, *answers])),
        "bytes of the plan in S3": head["ContentLength"],
    }


def _answer(told: dict[str, Any]) -> str:
    """What a task answered, in an event of a history."""
    return str(told.get("taskSucceededEventDetails", {}).get("output") or "")


def source_of(seconds: int, folder: Path) -> Path:
    """A film with sound: few frames, of a size that makes two rungs."""
    target = folder / f"{seconds}.mp4"
    line = [get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y"]
    line += ["-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=4:d={seconds}", "-f", "lavfi", "-i", f"sine=d={seconds}"]
    line += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", str(target)]
    subprocess.run(line, check=True, timeout=120)
    return target


def _first_hits(stack: LocalStack) -> list[Figure]:
    """Every function is invoked once right after it was deployed; its worker has to start for that."""
    client = stack.clients("lambda")
    seconds = []
    before = private_megabytes()
    for room in rooms():
        payload: dict[str, Any] = {}
        if isinstance(room.declaration, Endpoint):
            method, route = room.declaration.method, room.declaration.path
            payload = event("GET" if method == "ANY" else method, route if route.startswith("/") else "/nowhere")
        began = time.perf_counter()
        client.invoke(FunctionName=f"showreel-dev-{room.name}", Payload=json.dumps(payload))["Payload"].read()
        seconds.append(time.perf_counter() - began)
    count, median = len(seconds), statistics.median(seconds)
    found = [
        Figure(f"first answer of a function, local stack, median of {count}", round(median, 3), "s", FIRST_HIT_SECONDS),
        Figure(f"first answer of a function, local stack, slowest of {count}", round(max(seconds), 3), "s"),
    ]
    after = private_megabytes()
    if before is None or after is None:
        return found
    each = (after - before) / count
    whole = round(before + FUNCTIONS * each)
    return [*found, Figure(f"memory of the local stack with {FUNCTIONS} functions, estimated", whole, "MB", MEGABYTES)]


def _reload(stack: LocalStack) -> Figure:
    """From an edit of a handler to the first answer that shows it; the median of a few."""
    handler = Path(stack.settings.root) / "functions" / "api" / "operations" / "ping.py"
    original = handler.read_text()
    reloader = Reloader(stack, lambda _: None)
    reloader.start()
    try:
        seconds = [_edit(stack, handler, original, f"edit {number}") for number in range(EDITS)]
    finally:
        reloader.close()
    name = f"an edit of a handler is live, median of {EDITS}"
    return Figure(name, round(statistics.median(seconds), 2), "s", RELOAD_SECONDS)


def _edit(stack: LocalStack, handler: Path, original: str, words: str) -> float:
    began = time.perf_counter()
    handler.write_text(original.replace('message="pong"', f'message="{words}"'))
    until(lambda: words in httpx.get(f"{stack.outputs['ApiUrl']}/ping").text, f"the edit of {handler.name}", 30)
    return time.perf_counter() - began
