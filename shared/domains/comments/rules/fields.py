"""The fields of a comment as requests carry them: types that pydantic checks."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from shared.domains.videos.rules.text import plain_lines

CONTENT_LENGTH, REASON_LENGTH = 1000, 500

_Lines = Annotated[str, AfterValidator(plain_lines)]

Content = Annotated[_Lines, StringConstraints(min_length=1, max_length=CONTENT_LENGTH)]
"""1 to 1000 characters, on lines. It is text and never HTML: whoever shows it escapes it."""

Reason = Annotated[_Lines, StringConstraints(min_length=1, max_length=REASON_LENGTH)]
"""1 to 500 characters, on lines."""
