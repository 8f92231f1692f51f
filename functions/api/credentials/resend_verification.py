"""POST /api/v1/auth/verify-email/resend: have the mail that confirms an address sent again."""

from functions.api.credentials._models import MailRequest, Message
from shared.contract.declare import post
from shared.contract.limits import HOUR, per_address
from shared.contract.resources import SEND_ACCOUNT_MAIL
from shared.domains.accounts.rules.mailed import Purpose
from shared.domains.accounts.service.mailing import MailRequestService
from shared.http.serve import serve


@post(
    "/api/v1/auth/verify-email/resend",
    status=202,
    limits=(per_address("verify-email-resend", 5, HOUR),),
    errors=((503, "SERVICE_UNAVAILABLE"),),
    needs=(SEND_ACCOUNT_MAIL.invoke,),
)
async def resend_verification(wish: MailRequest, mail: MailRequestService) -> Message:
    """Send a new link to an address that an account has and nobody has confirmed; 503 in a stage that sends no mail."""
    mail.ask(Purpose.VERIFY_EMAIL, wish.email)
    return Message(message="If this address waits to be confirmed, a mail is on its way")


handler = serve(resend_verification)
