"""At deployment: the secret that the edge shows the API, and where the edge's web ACL is."""

from typing import Any

from shared.base import aws, origin
from shared.base.running import serve_deployment
from shared.base.settings import setting
from shared.contract.declare import task
from shared.contract.needs import unseen
from shared.contract.resources import EDGE_WEB_ACL, GLOBAL_REGION, ORIGIN, ORIGIN_DIGESTS, WEB_ACL

UNSEEN = "stages that are tested whole have no edge"
NEEDS = (ORIGIN.read, ORIGIN.write, ORIGIN_DIGESTS.write, WEB_ACL.read, EDGE_WEB_ACL.write)


@task(needs=tuple(unseen(need, UNSEEN) for need in NEEDS), at_deployment=True)
def prepare_edge(properties: dict[str, Any]) -> None:
    """Make the secret of the generation that is asked for, unless it is there, and bring the web ACL's ARN here."""
    origin.prepare(properties["Generation"])
    found = aws.client("ssm", region=GLOBAL_REGION).get_parameter(Name=setting(WEB_ACL.variable))["Parameter"]
    aws.client("ssm").put_parameter(Name=setting(EDGE_WEB_ACL.variable), Value=found["Value"], Overwrite=True)


handler = serve_deployment(prepare_edge)
