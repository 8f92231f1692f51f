"""A filter graph with its inputs and files, while it is put together. No text of a user ever gets into it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from shared.media.scene.fonts import Font

FONT_FOLDER = "fonts"
INPUT = re.compile(r"^\[(\d+(?::v)?:\d+)\]")
"""The label of an input, which is how a chain begins that reads one."""


@dataclass(frozen=True)
class Feed:
    """An input: a source by its `src`, read for its picture or for its sound.

    `seek` is in seconds of the source from its own start, None to read from the beginning; `seconds` is how much is
    read from there.
    """

    src: str
    kind: Literal["video", "image", "audio"]
    seconds: float
    seek: float | None = None
    is_exact: bool = True


@dataclass
class Graph:
    """Chains of filters, joined by labels; files by name, which lie in the folder where FFmpeg runs."""

    feeds: list[Feed] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    fonts: dict[Font, None] = field(default_factory=dict)

    def feed(self, feed: Feed) -> str:
        """Add an input; its number. A picture that is read twice from the same place is decoded once."""
        if feed.kind != "audio" and feed in self.feeds:
            return str(self.feeds.index(feed))
        self.feeds.append(feed)
        return str(len(self.feeds) - 1)

    def add(self, inputs: list[str], *filters: str) -> str:
        """Add a chain; the label of its output."""
        label = f"l{len(self.chains)}"
        self.chains.append("".join(f"[{one}]" for one in inputs) + ",".join(filters) + f"[{label}]")
        return label

    def file(self, content: str, suffix: str) -> str:
        """Add a file; its name."""
        name = f"{len(self.files)}.{suffix}"
        self.files[name] = content
        return name

    def text(self, output: str) -> str:
        """The whole graph, its last output under the label that the command maps; as it is without one."""
        chains = _split_inputs(self.chains)
        if output:
            assert chains[-1].endswith("]"), "a chain ends with its label"
            chains[-1] = chains[-1][: chains[-1].rindex("[")] + f"[{output}]"
        return ";".join(chains)


def _split_inputs(chains: list[str]) -> list[str]:
    """Inputs that several chains begin with, each split as often as it is used."""
    counts = Counter(found[1] for chain in chains if (found := INPUT.match(chain)))
    copies: dict[str, list[str]] = {}
    for number, (name, count) in enumerate(counts.items()):
        if count > 1:
            copies[name] = [f"[s{number}_{copy}]" for copy in range(count)]
    splits = [f"[{name}]split={len(labels)}{''.join(labels)}" for name, labels in copies.items()]
    left = {name: iter(labels) for name, labels in copies.items()}
    return [
        *splits,
        *(INPUT.sub(lambda found: next(left[found[1]]) if found[1] in left else found[0], chain) for chain in chains),
    ]
