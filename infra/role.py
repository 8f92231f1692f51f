"""`make role`: what a user may do. This is how a stage gets its first administrator."""

import sys

from infra.account import AccountError
from infra.invoking import InvokeError, client_for, invoke

FUNCTION = "set_role"
USAGE = "Say whose role it is: make role LOGIN=ada ROLE=admin STAGE=dev"


def main(arguments: list[str]) -> int:
    """Give LOGIN the role ROLE in STAGE, and print what became of it; the process's exit status."""
    login, role, stage = (*arguments, "", "", "")[:3]
    try:
        if not login or not role:
            raise InvokeError(USAGE)
        client, real_stage = client_for(stage or "dev")
        told = invoke(client, real_stage, FUNCTION, {"login": login, "role": role})
    except (InvokeError, AccountError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if told["before"] == role:
        sys.stdout.write(f"{login} had the role {role} already\n")
    else:
        ended = told["sessions_ended"]
        sys.stdout.write(f"{login} has the role {role}, before it was {told['before']}; sessions ended: {ended}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
