"""`make verify-audit`: whether the audit trail is what it was when its days were sealed."""

import sys
from typing import Any

from infra.account import AccountError
from infra.invoking import InvokeError, client_for, invoke

FUNCTION = "verify_audit"


def main(arguments: list[str]) -> int:
    """Look at all sealed days of STAGE, print what is wrong; 0 when nothing is."""
    stage = next(iter(arguments), "") or "dev"
    days, after = 0, ""
    problems: list[str] = []
    late: list[str] = []
    try:
        client, real_stage = client_for(stage)
        while True:
            told: dict[str, Any] = invoke(client, real_stage, FUNCTION, {"after": after})
            days, after, problems = days + told["days"], told["last"], problems + told["problems"]
            late += told["late"]
            if not told["more"]:
                break
            sys.stderr.write(f"{days} days, the last is {after}\n")
    except (InvokeError, AccountError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if late:
        sys.stdout.write(f"Sealed late, and open to changes until then: {len(late)} days, {late[0]} to {late[-1]}\n")
    sealed = f"{days} sealed days, the last is {after}" if days else "No day is sealed yet"
    sys.stdout.write(f"{sealed}; problems: {len(problems)}\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
