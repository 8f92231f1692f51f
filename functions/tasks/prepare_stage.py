"""At deployment: make the first key that signs tokens, which CloudFormation cannot make."""

from typing import Any

from shared.base import logs, signing_keys
from shared.base.running import serve_deployment
from shared.contract.declare import task
from shared.contract.resources import PUBLIC_KEYS, SIGNING_KEYS


@task(at_deployment=True, needs=(SIGNING_KEYS.read, SIGNING_KEYS.write, PUBLIC_KEYS.read, PUBLIC_KEYS.write))
def prepare_stage(properties: dict[str, Any]) -> None:
    """Make the stage's first signing key and publish its public half. Keys that exist are never replaced."""
    made = signing_keys.prepare()
    logs.log("INFO", "signing keys prepared", made=made)


handler = serve_deployment(prepare_stage)
