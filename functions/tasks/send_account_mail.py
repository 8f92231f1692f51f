"""Sends the mail about an account that was asked for, so that nobody waits for it or learns from it."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, task
from shared.contract.resources import MAIL, SESSIONS, USERS
from shared.domains.accounts.rules.mailed import NEW_DEVICE, Purpose
from shared.domains.accounts.service.mailing import MailService
from shared.domains.accounts.service.noticing import DeviceNoticeService


@task(
    needs=(USERS.get, SESSIONS.get, SESSIONS.put, SESSIONS.update, MAIL.send),
    compute=Compute(seconds=60),
    is_awaited=False,
)
def send_account_mail(event: dict[str, Any]) -> dict[str, bool]:
    """Send {"purpose", "email", "asked_id"} -> {"sent"}: false when nobody is to get a mail, or has got it."""
    if event["purpose"] == NEW_DEVICE:
        return {"sent": DeviceNoticeService.open().send(event["email"], event["asked_id"])}
    sent = MailService.open().send(Purpose(event["purpose"]), event["email"], event["asked_id"])
    return {"sent": sent}


handler = serve(send_account_mail)
