"""What the product asks of somebody who delivers mail."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Mail:
    """A mail to one person, in plain words.

    to       an address as it was checked when it was taken
    action   what the link does, in two or three words; "" with a mail that has none
    """

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    action: str = ""
    link: str = ""


class Mailer(Protocol):
    """A provider."""

    def send(self, mail: Mail) -> str:
        """Hand a mail over; the provider's id of it. Sending it twice delivers it twice: who asks keeps count.

        Raises whatever says that it was not taken, so that whoever runs this tries again.
        """
        ...
