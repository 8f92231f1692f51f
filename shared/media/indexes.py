"""What a worker says about the bytes it wrote: enough to make headers and playlists without reading them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FragmentIndex:
    """One fragment: the size of its moof, the sizes of its samples, their composition offsets in frames."""

    moof: int
    sizes: tuple[int, ...]
    offsets: tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes of moof and mdat."""
        return self.moof + 8 + sum(self.sizes)


@dataclass(frozen=True)
class RunIndex:
    """The fragments of one run of one rung, in the order in which they lie in the run's object."""

    rung: str
    start: int
    """First frame of the run on the output's grid."""
    frames: int
    stsd: bytes
    fragments: tuple[FragmentIndex, ...]
    is_movable: bool = False
    """Its fragments begin at time 0 and may be put anywhere; `start` is then 0."""

    @property
    def size(self) -> int:
        """Bytes of the run's object."""
        return sum(fragment.size for fragment in self.fragments)

    def to_json(self) -> dict[str, Any]:
        """Plain values only; a fragment is [moof, sizes, offsets]."""
        return {
            "rung": self.rung,
            "start": self.start,
            "frames": self.frames,
            "stsd": self.stsd.hex(),
            "fragments": [[fragment.moof, list(fragment.sizes), list(fragment.offsets)] for fragment in self.fragments],
            **({"is_movable": True} if self.is_movable else {}),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "RunIndex":
        """The inverse of `to_json`."""
        return cls(
            rung=value["rung"],
            start=value["start"],
            frames=value["frames"],
            stsd=bytes.fromhex(value["stsd"]),
            fragments=tuple(
                FragmentIndex(moof, tuple(sizes), tuple(offsets)) for moof, sizes, offsets in value["fragments"]
            ),
            is_movable=value.get("is_movable", False),
        )


@dataclass(frozen=True)
class AudioIndex:
    """AAC packets of 1024 samples at 48 kHz, in the order in which they lie in the sound's object."""

    stsd: bytes
    sizes: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return {"stsd": self.stsd.hex(), "sizes": list(self.sizes)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "AudioIndex":
        """The inverse of `to_json`."""
        return cls(stsd=bytes.fromhex(value["stsd"]), sizes=tuple(value["sizes"]))
