"""A table's stream: what was written about an account asks for a mail."""

from shared.base.consuming import Change, serve_changes
from shared.contract.declare import on_change
from shared.contract.resources import SEND_ACCOUNT_MAIL, SESSIONS
from shared.domains.accounts.service.mailing import MailRequestService


@on_change(
    SESSIONS,
    filters=({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"mail_due": {"S": [{"exists": True}]}}}},),
    window=0,
    needs=(SEND_ACCOUNT_MAIL.invoke,),
)
def on_mail_due(change: Change) -> None:
    """Leave it to the function that sends, whose tries hold up nobody else's mail."""
    MailRequestService.open().hear(change)


handler = serve_changes(on_mail_due)
