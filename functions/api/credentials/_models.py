"""What the endpoints around passwords, addresses and codes say and hear."""

from typing import Annotated

from pydantic import Field

from functions.api.accounts._models import Request
from shared.domains.accounts.rules import names, passwords
from shared.domains.accounts.rules.mailed import TOKEN_LENGTH
from shared.domains.accounts.rules.second_factor import CODE_LENGTH, RECOVERY_CODES
from shared.http.framework import BaseModel

Token = Annotated[str, Field(min_length=1, max_length=2 * TOKEN_LENGTH)]


class MailRequest(Request):
    """Who wants a mail. The answer is the same whether or not anybody has the address."""

    email: Annotated[str, Field(min_length=3, max_length=names.EMAIL_LENGTH, json_schema_extra={"format": "email"})]


class VerifyRequest(Request):
    """The token that a link brought."""

    token: Token


class ResetRequest(Request):
    """The token that a link brought, and the password from now on."""

    token: Token
    new_password: Annotated[
        str,
        Field(
            min_length=1,
            max_length=passwords.LONGEST_PASSWORD,
            description="At least 12 characters with an upper and a lower case letter, a digit and a symbol",
            json_schema_extra={"format": "password"},
        ),
    ]


class Code(Request):
    """A code of an authenticator app."""

    mfa_code: Annotated[str, Field(min_length=1, max_length=CODE_LENGTH)]


class PasswordAndCode(Request):
    """Both factors; `mfa_code` may be a recovery code."""

    password: Annotated[str, Field(min_length=1, max_length=passwords.LONGEST_PASSWORD)]
    mfa_code: Annotated[str, Field(min_length=1, max_length=CODE_LENGTH)]


class Enrolment(BaseModel):
    """What an authenticator app is set up with, and ten codes that are good once each when it is lost."""

    secret: str
    otpauth_uri: str
    recovery_codes: Annotated[list[str], Field(max_length=RECOVERY_CODES)]


class Enabled(BaseModel):
    """Whether a login asks for a code."""

    enabled: bool


class Message(BaseModel):
    """A sentence for people."""

    message: str
