"""Joining what workers wrote into the published objects of a video."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from shared.base.objects import Objects
from shared.base.settings import setting
from shared.domains.videos.model import PublishedMedia, Variant
from shared.domains.videos.rules.keys import FIRST_VERSION, MANIFEST, POSTER, media_prefix
from shared.domains.videos.rules.work import RunKeys, WorkKeys
from shared.domains.videos.service.measuring import measured
from shared.media.fragmenting import mismatch
from shared.media.grid import Grid
from shared.media.indexes import AudioIndex, RunIndex
from shared.media.package import EncodedAudio, EncodedRun, Manifest, OnLayout, PublishedObject, package
from shared.media.plan import Plan
from shared.media.scores import Vmaf

IMMUTABLE = "public, max-age=31536000, immutable"
"""A media version's objects never change: another version has other addresses."""


def publish(plan: Plan, objects: Objects, video_id: str, work: WorkKeys, on_layout: OnLayout) -> PublishedMedia:
    """Write all objects of the stream, the master playlist after what it names. Running it again writes the same."""
    shown = plan.facts.video
    size = (shown.display_width, shown.display_height)
    return publish_runs(
        plan,
        objects,
        video_id,
        work,
        shown=size,
        poster=lambda _: objects.get(work.poster),
        on_layout=on_layout,
        vmaf=measured(plan, objects, work),
    )


def publish_runs(
    plan: Grid,
    objects: Objects,
    video_id: str,
    work: RunKeys,
    *,
    shown: tuple[int, int],
    poster: Callable[[Manifest], bytes],
    on_layout: OnLayout | None = None,
    vmaf: Mapping[str, Vmaf] = MappingProxyType({}),
) -> PublishedMedia:
    """Join all runs, and the sound, and illustrate it; `poster` gives the picture once the files are there.

    At last comes the manifest, which names every object with its size and hash: without it nothing is published.
    shown  width and height at which the whole was made
    vmaf   what was measured of rungs, by their names
    """
    from shared.media.illustrating import Illustrations

    prefix = media_prefix(video_id, FIRST_VERSION)
    manifest = package(
        plan,
        {rung.name: [_run(objects, work, rung.name, run.index) for run in plan.runs] for rung in plan.rungs},
        _audio(objects, work) if plan.has_audio else None,
        lambda name, content_type: objects.sink(prefix + name, content_type, IMMUTABLE),
        on_layout,
        partial(Illustrations, setting("FFMPEG_PATH")),
    )
    jpeg = poster(manifest)
    objects.put(prefix + POSTER, jpeg, "image/jpeg", IMMUTABLE)
    picture = PublishedObject(POSTER, len(jpeg), "image/jpeg", sha256(jpeg).hexdigest())
    variants = tuple(replace(made, vmaf=vmaf.get(made.name)) for made in manifest.variants)
    manifest = replace(manifest, variants=variants, objects=(*manifest.objects, picture))
    _check(manifest, objects.keys(prefix), prefix)
    objects.put_json(prefix + MANIFEST, manifest.to_json())
    return PublishedMedia(
        duration=manifest.duration,
        width=shown[0],
        height=shown[1],
        variants=tuple(
            Variant(made.name, made.width, made.height, made.size, made.average_bandwidth) for made in manifest.variants
        ),
        version=FIRST_VERSION,
        is_illustrated=True,
    )


def _check(manifest: Manifest, stored: dict[str, int], prefix: str) -> None:
    """MediaError unless the bucket holds what the manifest names."""
    for named in manifest.objects:
        if stored.get(prefix + named.name) != named.size:
            raise mismatch(f"{named.name} is not stored with its {named.size} bytes")


def to_json(published: PublishedMedia) -> dict[str, Any]:
    """Plain values, as they go from step to step."""
    return asdict(published)


def from_json(value: dict[str, Any]) -> PublishedMedia:
    """The inverse of `to_json`."""
    told: dict[str, Any] = {**value, "variants": tuple(Variant(**variant) for variant in value["variants"])}
    return PublishedMedia(**told)


def _run(objects: Objects, work: RunKeys, rung: str, number: int) -> EncodedRun:
    index = RunIndex.from_json(objects.get_json(work.index(rung, number)))
    return EncodedRun(index, objects.source(work.fragments(rung, number), size=index.size))


def _audio(objects: Objects, work: RunKeys) -> EncodedAudio:
    index = AudioIndex.from_json(objects.get_json(work.index("audio", 0)))
    return EncodedAudio(index, objects.source(work.fragments("audio", 0), size=sum(index.sizes)))
