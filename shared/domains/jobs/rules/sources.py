"""What the `src` of an element may be: one of the caller's own videos, or an https address."""

from shared.base.ids import is_id

_OWN = "upload://"
_WEB = "https://"


def own_video(src: str) -> str | None:
    """The video that a source names, by its bare id or as upload://{video_id}; None for anything else."""
    named = src.removeprefix(_OWN)
    return named if is_id(named) else None


def is_web(src: str) -> bool:
    """Whether a source is to be fetched."""
    return src.lower().startswith(_WEB)


def shown(src: str) -> str:
    """A source as messages and logs name it: without a query, which may hold a secret of whoever signed it."""
    return src.partition("?")[0][:200]


def fault(src: str) -> str:
    """What is wrong with a source by its form alone; "" when nothing is."""
    if own_video(src) or is_web(src):
        return ""
    return "A source is an https address, or upload://{video_id} of a video of yours."
