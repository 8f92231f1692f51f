"""What somebody must send to get an account."""

from shared.domains.accounts.errors import InvalidRegistrationError
from shared.domains.accounts.model import Edition, Registration
from shared.domains.accounts.rules.names import display_name_problems, email_problems, is_text, username_problems
from shared.domains.accounts.rules.passwords import password_problems

COMPANY_LENGTH = 100
_NAME_FIELD = {Edition.WATCH: "display_name", Edition.STUDIO: "full_name"}


def check_registration(wish: Registration, edition: Edition) -> None:
    """Raise InvalidRegistrationError that names every field in the wrong, with all its problems.

    A username may be missing (""), or is made up, in Studio alone.
    """
    is_made_up = edition is Edition.STUDIO and not wish.username
    found: dict[str, list[str]] = {
        "username": list[str]() if is_made_up else username_problems(wish.username),
        "email": email_problems(wish.email),
        "password": password_problems(wish.password, edition),
        _NAME_FIELD[edition]: display_name_problems(wish.display_name),
        "company": _company_problems(wish.company),
    }
    problems = {field: messages for field, messages in found.items() if messages}
    if problems:
        raise InvalidRegistrationError(problems)


def _company_problems(company: str) -> list[str]:
    return [] if len(company) <= COMPANY_LENGTH and is_text(company) else [f"Use at most {COMPANY_LENGTH} characters"]
