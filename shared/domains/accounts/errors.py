"""What can go wrong with accounts."""

from shared.base.errors import AppError, ConflictError, InvalidCredentialsError, InvalidInputError, InvalidTokenError


class TakenError(ConflictError):
    """The username or the e-mail address belongs to somebody."""

    def __init__(self, fields: list[str]) -> None:
        """`fields`: "username", "email" or both."""
        words = {"username": "username", "email": "e-mail address"}
        what = " and ".join(words[name] for name in fields)
        problems = {name: [f"This {words[name]} is taken"] for name in fields}
        super().__init__(f"This {what} {'are' if len(fields) > 1 else 'is'} taken", field_errors=problems)


class WrongCredentialsError(InvalidCredentialsError):
    """The login is unknown or the password is wrong; which of the two is never told."""

    def __init__(self) -> None:
        """One message for both."""
        super().__init__("The username, e-mail address or password is wrong")


class CodeMissingError(InvalidCredentialsError):
    """The password is right, and the account asks for a code as well."""

    def __init__(self) -> None:
        """A detail says so to programs."""
        message = "Send the code of your authenticator app as well, or a recovery code"
        super().__init__(message, details=[{"code": "MFA_REQUIRED", "message": message}])


class WrongCodeError(InvalidCredentialsError):
    """The code is wrong, too old, or was used before; which of these is not told."""

    def __init__(self) -> None:
        """One message for all."""
        super().__init__("The code is wrong, or was used before: wait for the next one")


class SessionEndedError(InvalidTokenError):
    """The session of a token is over, or the token was used before."""

    def __init__(self) -> None:
        """One message for all reasons."""
        super().__init__("This session has ended: log in again")


class InvalidLinkError(InvalidTokenError):
    """The token of a mail is not good, or no more."""

    def __init__(self) -> None:
        """One message for all reasons."""
        super().__init__("This link is not good any more: ask for a new mail")


class InvalidRegistrationError(InvalidInputError):
    """Fields that break the rules, all of them at once."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        """`problems`: field -> messages."""
        details = [
            {"field": name, "code": "INVALID_FORMAT", "message": message}
            for name, messages in problems.items()
            for message in messages
        ]
        super().__init__("Validation failed", details=details, field_errors=problems)


class InvalidProfileError(InvalidInputError):
    """Fields of a profile that break the rules."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        """`problems`: field -> messages."""
        super().__init__("Validation failed", field_errors=problems)


class InvalidPasswordError(InvalidInputError):
    """What is wrong with the present password or the new one."""

    def __init__(self, field: str, problems: list[str]) -> None:
        """`field`: which of the two."""
        super().__init__("Validation failed", field_errors={field: problems})


class LockedError(AppError):
    """Too many wrong passwords; the account is as it was, and whoever is logged in stays so."""

    status, code, studio_code = 423, "ACCOUNT_LOCKED", "ACCOUNT_LOCKED"

    def __init__(self, retry_after: int) -> None:
        """`retry_after`: whole seconds until it is worth another try."""
        message = "Too many attempts with a wrong password: wait, or reset the password"
        super().__init__(message, headers={"Retry-After": str(retry_after)})
        self.retry_after = retry_after


class AddressTakenError(InvalidTokenError):
    """Somebody comes with Clerk for the first time, and an account that is not provably theirs has their address."""

    name = "address_taken"

    def __init__(self) -> None:
        """The sentence says what to do."""
        super().__init__(
            "An account has this e-mail address already: log in to it, and verify the address here and with Clerk"
        )


class AddressGuardedError(InvalidTokenError):
    """Somebody comes with Clerk for the first time, and an account with a second factor has their address."""

    name = "address_guarded"

    def __init__(self) -> None:
        """The sentence says what to do."""
        super().__init__("An account with a second factor has this e-mail address: log in to it with both factors")


class NoAddressError(InvalidTokenError):
    """A session token of somebody who has no account yet, without what it takes to make one."""

    name = "no_address"

    def __init__(self) -> None:
        """The sentence is for who sets Clerk up."""
        super().__init__("The session token names no e-mail address: add email and email_verified to its template")


class FlowError(InvalidCredentialsError):
    """A login with a provider that did not begin here, is over, or that the provider does not stand for."""

    def __init__(self) -> None:
        """One message for all reasons."""
        super().__init__("This login is not good, or no more: begin again")


class AddressKnownError(ConflictError):
    """Somebody comes with a provider for the first time, and an account with their address is not provably theirs."""

    def __init__(self) -> None:
        """The sentence says what to do."""
        super().__init__("An account has this e-mail address already: log in to it, and link the provider to it there")


class AddressUnverifiedError(ConflictError):
    """Somebody comes with a provider that does not say that their address is theirs."""

    def __init__(self) -> None:
        """The same whether or not an account has the address."""
        super().__init__(
            "The provider has not verified your e-mail address: do so there, or log in to your account and link "
            "the provider to it"
        )


class OthersIdentityError(ConflictError):
    """What somebody wants to link is linked to another account."""

    def __init__(self) -> None:
        """Whose it is, is not told."""
        super().__init__("You log in to another account with this already")
