"""`make mail`: the mails that the local stack has sent, the newest last."""

import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from infra.invoking import NO_LOCAL_STACK, OUTPUTS, local_stack
from infra.local.addresses import local_urls

SECONDS = 5
_API = re.compile(r"https?://[a-z0-9]+\.execute-api\.[^/\s]+")
NOTHING = "No mail has been sent since the local stack was started."


def messages(endpoint: str) -> list[dict[str, Any]]:
    """What the emulator's SES has taken, the oldest first."""
    with urlopen(f"{endpoint}/_ministack/ses/messages", timeout=SECONDS) as answer:  # noqa: S310  # nosec B310 - the loopback
        accounts = json.load(answer)["messages"].values()
    return sorted((one for sent in accounts for one in sent), key=lambda one: float(one["Timestamp"]))


def shown(mail: dict[str, Any], endpoint: str) -> str:
    """One mail as text, its links as this machine reaches them."""
    moment = datetime.fromtimestamp(mail["Timestamp"]).astimezone().isoformat(" ", "seconds")
    head = {"Date": moment, "From": mail["Source"], "To": ", ".join(mail["To"]), "Subject": mail["Subject"]}
    lines = [f"{name}: {value}" for name, value in head.items()]
    text = _API.sub(lambda found: local_urls(found[0], endpoint, ""), mail["BodyText"])
    return "\n".join([*lines, "", text])


def main(outputs: Path = OUTPUTS) -> int:
    """Print all mails; 1 when no local stack is up."""
    local = local_stack(outputs)
    if local is None:
        sys.stderr.write(f"{NO_LOCAL_STACK}, and a stage on AWS sends its mail to people.\n")
        return 1
    texts = [shown(mail, local[0]) for mail in messages(local[0])]
    sys.stdout.write(f"\n{'-' * 72}\n".join(texts) if texts else f"{NOTHING}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
