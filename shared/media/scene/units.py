"""Cuts a composition into units that are rendered apart, each with a key over all that determines its bytes."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from shared.media.scene.composition import Composition
from shared.media.scene.graph import Feed, Graph
from shared.media.scene.sources import Media
from shared.media.timeline import Span

ENGINE_VERSION = 1
"""Raise it when the same configuration would look or sound different."""
UNIT_GOPS = 4
"""Groups of pictures of a unit: eight seconds, which keeps what starting and seeking costs under a tenth."""


@dataclass(frozen=True)
class RenderUnit:
    """A piece of one scene, frames `first` to `last` of its clock, the last excluded; a transition is one by itself."""

    index: int
    scene: int
    first: int
    last: int
    span: Span
    """Its frames in the video."""
    is_last: bool
    key: str

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "RenderUnit":
        """The inverse of `to_json`."""
        members: dict[str, Any] = {**value, "span": Span(**value["span"])}
        return cls(**members)


def cut(composition: Composition, gop: int) -> Iterator[tuple[int, int, int]]:
    """(scene, first, last) of every unit in order.

    Bodies are cut every eight seconds from the scene's start, so that other scenes do not move the cuts; what is left
    goes to the last one. Long loops are cut where they begin again.
    """
    for number, time in enumerate(composition.times):
        places = {0, time.transition, time.frames}
        places |= {joint for joint in composition.joints(number) if joint < time.frames}
        if number:
            before = composition.times[number - 1].frames
            gone = (joint - before for joint in composition.joints(number - 1))
            places |= {joint for joint in gone if 0 < joint < time.transition}
        edges = sorted(places)
        for first, last in pairwise(edges):
            yield from ((number, *piece) for piece in _even(first, last, gop * UNIT_GOPS))


def _even(first: int, last: int, length: int) -> Iterator[tuple[int, int]]:
    while last - first > length * 4 // 3:
        yield first, first + length
        first += length
    yield first, last


def graph_key(graph: Graph, media: Media, more: object) -> str:
    """A hash of a graph with the identities of its sources in place of their names, its files and its fonts."""
    value = {
        "engine": ENGINE_VERSION,
        "graph": graph.chains,
        "feeds": [_feed(feed, media) for feed in graph.feeds],
        "files": graph.files,
        "fonts": [font.digest for font in graph.fonts],
        "more": more,
    }
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _feed(feed: Feed, media: Media) -> Sequence[Any]:
    probed = media[feed.src]
    return [feed.kind, feed.seconds, feed.seek, feed.is_exact, probed.identity, dict(probed.facts)]
