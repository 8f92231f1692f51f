"""`make service-token`: a token for one of our services. It goes to standard output and nothing else does."""

import os
import re
import sys

from infra.account import AccountError
from infra.invoking import InvokeError, client_for, invoke

FUNCTION = "issue_service_token"
DEFAULT_PERMISSIONS = "internal:all"
USAGE = 'Say whose token it is: make service-token NAME=metrics STAGE=dev PERMISSIONS="internal:metrics"'


def main(arguments: list[str]) -> int:
    """Print a token for NAME in STAGE with the permissions in PERMISSIONS; the process's exit status."""
    name, stage = (*arguments, "", "")[:2]
    permissions = re.split(r"[\s,]+", os.environ.get("PERMISSIONS", "").strip() or DEFAULT_PERMISSIONS)
    try:
        if not name:
            raise InvokeError(USAGE)
        client, real_stage = client_for(stage or "dev")
        told = invoke(client, real_stage, FUNCTION, {"name": name, "permissions": permissions})
    except (InvokeError, AccountError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{told['token']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
