"""Mail through Amazon SES, by its real protocol."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from shared.base import aws
from shared.base.settings import SettingMissingError
from shared.providers.mail import ses
from shared.providers.mail.port import Mail
from shared.providers.mail.ses import SesMailer
from tests.aws import Stage
from tests.shared.providers.mail.fake_ses import FakeSes

MAIL = Mail("ada@example.com", "Grüße", ("Hello Ada,",), "Confirm", "https://app.example.org/verify?token=t")


@pytest.fixture
def fake(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSes]:
    """SES of the stage."""
    with FakeSes() as service:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", service.url)
        monkeypatch.setenv("MAIL_FROM", "no-reply@example.org")
        aws.forget()
        yield service
    aws.forget()


def test_a_mail_is_handed_over(fake: FakeSes) -> None:
    assert SesMailer.open().send(MAIL) == "mail-1"
    [sent] = fake.sent
    assert sent["FromEmailAddress"] == "no-reply@example.org"
    assert sent["Destination"] == {"ToAddresses": ["ada@example.com"]}
    simple = sent["Content"]["Simple"]
    assert simple["Subject"] == {"Data": "Grüße", "Charset": "UTF-8"}
    assert MAIL.link in simple["Body"]["Text"]["Data"]
    assert MAIL.link in simple["Body"]["Html"]["Data"]


def test_a_stage_without_a_sender_has_no_mailer(fake: FakeSes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_FROM")
    with pytest.raises(SettingMissingError, match="MAIL_FROM"):
        SesMailer.open()
    assert fake.asked == 0


def test_a_busy_service_is_asked_again(fake: FakeSes) -> None:
    fake.refusals = [(429, "TooManyRequestsException"), (500, "InternalFailure")]
    assert SesMailer.open().send(MAIL) == "mail-1"
    assert (fake.asked, fake.refusals) == (3, [])


def test_a_refusal_is_told(fake: FakeSes) -> None:
    fake.refusals = [(400, "MessageRejected")]
    with pytest.raises(ClientError) as told:
        SesMailer.open().send(MAIL)
    assert told.value.response["Error"]["Code"] == "MessageRejected"
    assert (fake.asked, fake.sent) == (1, [])


def test_silence_ends(fake: FakeSes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ses, "READ_SECONDS", 1)
    fake.silence = 1.5
    with pytest.raises(ReadTimeoutError):
        SesMailer.open().send(MAIL)
    assert fake.asked == 3
