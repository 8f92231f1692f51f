"""POST /api/v1/auth/password-reset: have a link mailed that sets a new password."""

from functions.api.credentials._models import MailRequest, Message
from shared.contract.declare import post
from shared.contract.limits import HOUR, per_address
from shared.contract.resources import SEND_ACCOUNT_MAIL
from shared.domains.accounts.rules.mailed import Purpose
from shared.domains.accounts.service.mailing import MailRequestService
from shared.http.serve import serve


@post(
    "/api/v1/auth/password-reset",
    status=202,
    limits=(per_address("password-reset", 5, HOUR),),
    errors=((503, "SERVICE_UNAVAILABLE"),),
    needs=(SEND_ACCOUNT_MAIL.invoke,),
)
async def request_password_reset(wish: MailRequest, mail: MailRequestService) -> Message:
    """Mail a link that is good once, for half an hour; 503 in a stage that sends no mail."""
    mail.ask(Purpose.RESET_PASSWORD, wish.email)
    return Message(message="If an account has this address, a mail is on its way")


handler = serve(request_password_reset)
