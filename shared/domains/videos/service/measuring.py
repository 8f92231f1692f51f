"""VMAF of rungs: measured by the worker that encoded a run, told in the manifest. No video fails for want of it."""

from collections.abc import Callable
from dataclasses import asdict

from shared.base import logs
from shared.base.objects import Objects
from shared.base.settings import setting
from shared.domains.videos.rules.work import WorkKeys
from shared.media.indexes import RunIndex
from shared.media.plan import Plan
from shared.media.scores import Sample, Vmaf, pooled
from shared.media.storage import RangeSource
from shared.media.workers import Run


def measure_run(
    plan: Plan,
    run: Run,
    objects: Objects,
    work: WorkKeys,
    source: RangeSource,
    wall_seconds: Callable[[], float | None],
) -> None:
    """Measure what is to be measured of a run that has been encoded, and write it down, were it nothing.

    Running it again measures nothing again. What cannot be measured is left out.
    """
    from shared.media.vmaf import groups_in, measure

    groups, key = groups_in(plan, run), work.vmaf(run.index)
    if not groups or objects.exists(key):
        return
    samples: list[Sample] = []
    try:
        names = [rung.name for rung in plan.rungs]
        indexes = {name: RunIndex.from_json(objects.get_json(work.index(name, run.index))) for name in names}
        fragments = {
            name: objects.source(work.fragments(name, run.index), size=index.size) for name, index in indexes.items()
        }
        for group in groups:
            left, program = wall_seconds(), setting("FFMPEG_PATH")
            samples.append(measure(plan, run, group, indexes, fragments, source, program, wall_seconds=left))
    except Exception as error:  # noqa: BLE001 - whatever it was, the run has been encoded and that is what counts
        detail = getattr(error, "detail", "")
        logs.log("WARNING", "VMAF was not measured", video_id=work.video_id, reason=str(error), detail=detail)
    objects.put_json(key, [asdict(sample) for sample in samples])


def measured(plan: Plan, objects: Objects, work: WorkKeys) -> dict[str, Vmaf]:
    """The VMAF of each rung by all that workers measured; without those of which nothing is known."""
    from shared.media.vmaf import groups_in

    found = [objects.get_json(work.vmaf(run.index)) for run in plan.runs if groups_in(plan, run)]
    samples = [Sample(**sample) for run in found for sample in run]
    told = {rung.name: pooled(rung.name, samples) for rung in plan.rungs}
    return {name: vmaf for name, vmaf in told.items() if vmaf}
