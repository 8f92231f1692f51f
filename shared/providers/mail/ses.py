"""Amazon SES: each mail is one call of its second API, from the address that the stage names."""

from shared.base.aws import client
from shared.base.settings import setting
from shared.providers.mail.port import Mail
from shared.providers.mail.rendering import as_html, as_text

READ_SECONDS = 5
"""A call ends after three tries of so long. A lost reply makes SES deliver twice, since it takes no token."""


class SesMailer:
    """Sends as the stage's address."""

    def __init__(self, sender: str) -> None:
        """Use `open()`."""
        self._sender = sender

    @classmethod
    def open(cls) -> "SesMailer":
        """The stage's sender; SettingMissingError in a stage that sends nothing."""
        return cls(setting("MAIL_FROM"))

    def send(self, mail: Mail) -> str:
        """Hand a mail over; the id that SES gives it. Raises botocore's errors."""
        answer = client("sesv2", READ_SECONDS).send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [mail.to]},
            Content={
                "Simple": {
                    "Subject": _utf8(mail.subject),
                    "Body": {"Text": _utf8(as_text(mail)), "Html": _utf8(as_html(mail))},
                }
            },
        )
        return str(answer["MessageId"])


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
