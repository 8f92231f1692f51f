"""A filter graph with its inputs and files, while it is put together. No text of a user ever gets into it."""

from dataclasses import dataclass, field
from typing import Literal

from shared.media.scene.fonts import Font

FONT_FOLDER = "fonts"


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
        """Add an input; its label."""
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
        if not output:
            return ";".join(self.chains)
        last = self.chains[-1]
        assert last.endswith("]"), "a chain ends with its label"
        return ";".join([*self.chains[:-1], last[: last.rindex("[")] + f"[{output}]"])
