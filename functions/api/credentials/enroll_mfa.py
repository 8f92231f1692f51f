"""POST /api/v1/auth/mfa/enroll: get what an authenticator app is set up with."""

from functions.api.credentials._models import Enrolment
from shared.contract.declare import post
from shared.contract.limits import HOUR
from shared.contract.permissions import person
from shared.contract.resources import SEALING, USERS
from shared.domains.accounts.service.second_factor import SecondFactorService
from shared.http.caller import Caller
from shared.http.serve import serve


@post(
    "/api/v1/auth/mfa/enroll",
    caller=person(recent=HOUR),
    errors=((409, "CONFLICT"),),
    needs=(USERS.update, SEALING.generate("mfa")),
)
async def enroll_mfa(caller: Caller, factors: SecondFactorService) -> Enrolment:
    """Make a secret and recovery codes, which are shown this once. They do nothing until a code is confirmed."""
    made = factors.enrol(caller.require_user(), caller.username)
    return Enrolment(secret=made.secret, otpauth_uri=made.otpauth_uri, recovery_codes=made.recovery_codes)


handler = serve(enroll_mfa)
