"""What the endpoints around passwords, addresses and codes say and hear."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.domains.accounts.rules import names, passwords
from shared.domains.accounts.rules.mailed import TOKEN_LENGTH
from shared.http.framework import BaseModel

Token = Annotated[str, Field(min_length=1, max_length=2 * TOKEN_LENGTH)]


class Request(BaseModel):
    """A request: a field that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


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


class Message(BaseModel):
    """A sentence for people."""

    message: str
