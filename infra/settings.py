"""What cdk.json says of a stage, for commands that do not synthesise."""

import json
from pathlib import Path

from infra.parts.edge import OFF, ON

CDK_JSON = Path(__file__).parents[1] / "cdk.json"


def setting_of(stage: str, name: str, default: str, settings: Path = CDK_JSON) -> str:
    """A setting of all stages, or of this one alone, or its default."""
    context = json.loads(settings.read_text())["context"]
    return str(context.get(name) or context.get("stages", {}).get(stage, {}).get(name) or default)


def has_edge(stage: str, settings: Path = CDK_JSON) -> bool:
    """Whether the stage has a distribution and a web ACL before its API."""
    return setting_of(stage, "edge", OFF, settings) == ON
