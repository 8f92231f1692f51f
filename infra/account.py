"""The AWS account that the commands for real stages work on."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

STAGES = ("dev", "staging", "prod")
DEADLINES = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})
NO_CREDENTIALS = (
    "There are no AWS credentials. Log in (`aws sso login`) or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and"
    " AWS_SECRET_ACCESS_KEY. To try Showreel without an account: make demo"
)
NO_REGION = "There is no AWS region. Set AWS_REGION, or a region in the profile."


class AccountError(Exception):
    """The account cannot be used; the message says what is missing."""


@dataclass(frozen=True)
class Account:
    """An account that answered: its 12-digit number and the region that is worked in."""

    number: str
    region: str
    session: Any

    def client(self, service: str, region: str = "") -> Any:
        """A client of the account, in its region or another one, with a deadline for every call."""
        return self.session.client(service, region_name=region or self.region, config=DEADLINES)


def check_stage(stage: str) -> None:
    """Raises: AccountError: there is no such stage."""
    if stage not in STAGES:
        raise AccountError(f"STAGE={stage}: there are {', '.join(STAGES[:-1])} and {STAGES[-1]}")


def open_account(session: Any | None = None) -> Account:
    """The account that the environment's credentials belong to.

    Raises:
        AccountError: there are none, there is no region, or AWS refuses them.
    """
    session = session or boto3.Session()
    try:
        if session.get_credentials() is None:
            raise AccountError(NO_CREDENTIALS)
        if not session.region_name:
            raise AccountError(NO_REGION)
        identity = session.client("sts", config=DEADLINES).get_caller_identity()
    except NoCredentialsError as error:
        raise AccountError(NO_CREDENTIALS) from error
    except (BotoCoreError, ClientError) as error:
        raise AccountError(f"AWS does not accept the credentials: {error}") from error
    return Account(number=identity["Account"], region=session.region_name, session=session)
