"""The fields of a video as requests carry them: types that pydantic checks."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.domains.videos.rules.text import plain, plain_lines, plain_tags
from shared.domains.videos.rules.uploads import FILENAME_BYTES, TITLE_LENGTH

_LONGEST = 1_000_000


def _short_enough(name: str) -> str:
    if len(name.encode()) > FILENAME_BYTES:
        raise ValueError(f"a file name has at most {FILENAME_BYTES} bytes in UTF-8")
    return name


_Line = Annotated[str, AfterValidator(plain)]

Title = Annotated[_Line, StringConstraints(min_length=1, max_length=TITLE_LENGTH)]
"""1 to 100 characters."""

Description = Annotated[str, AfterValidator(plain_lines), StringConstraints(max_length=5000)]
"""0 to 5000 characters, on lines."""

Tags = Annotated[
    list[Annotated[_Line, StringConstraints(min_length=1, max_length=50)]],
    Field(max_length=20),
    AfterValidator(plain_tags),
]
"""At most 20 of 1 to 50 characters each."""

Category = Annotated[_Line, StringConstraints(max_length=50)]
"""0 to 50 characters."""

FileName = Annotated[str, StringConstraints(min_length=1), AfterValidator(_short_enough)]
"""1 to 1024 bytes; only ever data, never a path."""

Seconds = Annotated[float, Field(strict=True, gt=0, le=_LONGEST, allow_inf_nan=False)]
"""A duration: a number, whole or not."""
