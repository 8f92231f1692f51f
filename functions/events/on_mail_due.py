"""A table's stream: what was written about an account asks for a mail."""

from shared.base.consuming import Change, done_one_by_one, serve_change_batches
from shared.contract.declare import on_change
from shared.contract.resources import SEND_ACCOUNT_MAIL, SESSIONS
from shared.domains.accounts.service.mailing import MailRequestService


@on_change(
    SESSIONS,
    filters=({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"mail_due": {"S": [{"exists": True}]}}}},),
    window=0,
    needs=(SEND_ACCOUNT_MAIL.invoke,),
)
def on_mail_due(changes: list[Change]) -> list[Change]:
    """Leave it to the function that sends, whose tries hold up nobody else's mail; nor does one that cannot be left."""
    return done_one_by_one(changes, MailRequestService.open().hear)


handler = serve_change_batches(on_mail_due)
