"""Where an edit of a clip says what stands at a place of the configuration that was made of it."""

from shared.media.scene.layouts import ClipEdit, parts_of

_OF_CLIP = {"trim": "/trim/start", "speed": "/speed", "volume": "/volume", "transcript": "/captions/text"}
_SAME_IN_WATERMARK = ("src", "opacity")


def edit_place(edit: ClipEdit, compiled: str) -> str | None:
    """The pointer into the edit, "" for the whole of it; None is the clip itself, which the edit does not name.

    compiled  the pointer into the configuration
    """
    match compiled.split("/")[1:]:
        case ["elements", "0", *rest]:
            return _joined("/music", rest)
        case ["scenes", "0", "elements", number, *rest]:
            return _of_element(edit, int(number), rest)
        case ["scenes", "0", "duration"]:
            return "/trim"
        case ["scenes", *_]:
            return ""
        case _:
            return compiled


def _of_element(edit: ClipEdit, number: int, rest: list[str]) -> str | None:
    """The elements are the picture's parts, the watermark, the texts, the captions."""
    over = number - parts_of(edit)
    if over < 0:
        return _of_part(number, rest)
    if edit.watermark and not over:
        return _joined("/watermark", rest if rest[:1] and rest[0] in _SAME_IN_WATERMARK else [])
    over -= bool(edit.watermark)
    return _joined(f"/texts/{over}" if over < len(edit.texts) else "/captions", rest)


def _of_part(number: int, rest: list[str]) -> str | None:
    match rest:
        case ["src"]:
            return None
        case ["crop", *within]:
            return _joined("/facecam" if number else "/crop", within)
        case ["words", *within]:
            return _joined("/captions/words", within)
        case [name, *_]:
            return _OF_CLIP.get(name, "")
        case _:
            return ""


def _joined(start: str, steps: list[str]) -> str:
    return "/".join([start, *steps])
