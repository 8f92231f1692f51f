"""`python -m bench.our_render FFMPEG CONFIGURATION FOLDER TARGET`: the whole work on a scene configuration, here.

FOLDER has the sources, TARGET is where the published files go.
"""

import json
import sys
from pathlib import Path

from bench.our_transcode import FileSink, FileSource
from shared.media.package import EncodedAudio, EncodedRun, package
from shared.media.probing import Prober
from shared.media.scene.config import parse
from shared.media.scene.planning import Probed, RenderPlan, plan_render
from shared.media.scene.probing import probe_source
from shared.media.scene.rendering import render_audio, render_unit


def plan_of(value: object, folder: Path) -> RenderPlan:
    """The engine's plan of a configuration whose sources lie in a folder."""
    parsed = parse(value)
    if parsed.problems:
        raise ValueError(parsed.problems)
    project = parsed.projects[0]
    with Prober() as prober:
        media = {
            src: Probed(probe_source(FileSource(folder / src), kind, prober), src)
            for src, kind in sorted(project.sources(), key=lambda source: source.kind)
        }
    return plan_render(project, media, encoder_build="benchmark")


def render(ffmpeg: str, value: object, folder: Path, target: Path) -> RenderPlan:
    """Plan, render every unit and the sound, package."""
    plan = plan_of(value, folder)

    def open_source(src: str) -> FileSource:
        return FileSource(folder / src)

    runs = []
    for unit in plan.units:
        path = target / "work" / f"{unit.index}.m4s"
        runs.append(EncodedRun(render_unit(plan, unit, open_source, FileSink(path), ffmpeg), FileSource(path)))
    packets = target / "work" / "audio.aac"
    sound = render_audio(plan, open_source, FileSink(packets), ffmpeg)
    audio = EncodedAudio(sound, FileSource(packets))
    package(plan, {plan.rungs[0].name: runs}, audio, lambda name, _: FileSink(target / name))
    return plan


if __name__ == "__main__":
    command, configuration, *paths = sys.argv[1:]
    render(command, json.loads(Path(configuration).read_text()), *map(Path, paths))
