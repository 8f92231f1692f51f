"""POST /api/v1/auth/register: make an account by the rules of Studio."""

from functions.api.accounts._models import device_of
from functions.api.sessions._models import CreatorRequest, Registered
from shared.contract.declare import Compute, post
from shared.contract.limits import AUTH, HOUR, per_address
from shared.contract.resources import PASSWORD_PEPPER, SESSIONS, USERS
from shared.domains.accounts.model import Registration
from shared.domains.accounts.service.entering import CreatorService
from shared.http.request import ApiRequest
from shared.http.serve import serve


@post(
    "/api/v1/auth/register",
    status=201,
    limits=(AUTH, per_address("studio-registration", 5, HOUR)),
    errors=((409, "CONFLICT"),),
    compute=Compute(memory=1769),
    needs=(USERS.put, SESSIONS.put, PASSWORD_PEPPER.read),
)
async def register_creator(wish: CreatorRequest, request: ApiRequest, creators: CreatorService) -> Registered:
    """Make an account with an e-mail address that nobody has, which a mail with a link confirms.

    `POST /api/v1/auth/login` logs it in.
    """
    wanted = Registration(wish.username or "", wish.email, wish.password, wish.full_name, wish.company)
    made = creators.register(wanted, device_of(request))
    return Registered(user_id=made.id, email=made.email, verification_required=not made.email_verified)


handler = serve(register_creator)
