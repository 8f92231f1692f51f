"""Templates of the product, synthesised as for AWS: once for as long as nothing that decides them changes."""

import fcntl
from pathlib import Path

import pytest

from infra.build import write_placeholders
from infra.local.assembly import adopt, is_fresh, synthesise
from infra.local.settings import ROOT
from infra.synth import COMMANDS, RULE_PACKS
from tests.cloud.templates import Templates

FOLDER = ROOT / ".local" / "tests" / "cloud"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0192f0c1"
ORIGINS = "https://app.showreel.example,https://studio.showreel.example"


def _templates(stage: str, name: str = "", **more: str) -> Templates:
    """Of a stage; those with other settings than its defaults have a name of their own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    out, bundles = FOLDER / (name or stage), FOLDER / "bundles"
    with (FOLDER / f"{name or stage}.lock").open("w") as lock, (FOLDER / "bundles.lock").open("w") as bundling:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fcntl.flock(bundling, fcntl.LOCK_EX)
        write_placeholders(bundles)
        fcntl.flock(bundling, fcntl.LOCK_UN)
        context = {"stage": stage, "bundles": str(bundles.relative_to(ROOT)), **more}
        if not is_fresh(ROOT, out, context):
            synthesise(ROOT, out, context, COMMANDS)
            adopt(out)
        return Templates(out, stage)


@pytest.fixture(scope="session")
def cloud() -> Templates:
    """The stage prod; its synthesis fails on any finding of the rule packs that nobody gave a reason for."""
    return _templates("prod", cors_origins=ORIGINS, mail_from="no-reply@showreel.example", **RULE_PACKS)


@pytest.fixture(scope="session")
def dev() -> Templates:
    """The stage dev, as it is by default."""
    return _templates("dev")


@pytest.fixture(scope="session")
def gpu() -> Templates:
    """The stage prod with machines that have GPUs, held to the same rule packs."""
    return _templates("prod", "gpu", cors_origins=ORIGINS, gpu="g4dn", **RULE_PACKS)


@pytest.fixture(scope="session")
def edge() -> Templates:
    """The stage prod with a distribution and a web ACL before its API, held to the same rule packs."""
    return _templates("prod", "edge", cors_origins=ORIGINS, edge="on", **RULE_PACKS)


@pytest.fixture(scope="session")
def edge_with_domain() -> Templates:
    """The stage dev with the edge under a name of its own, and the third secret that the edge shows."""
    domain = {"edge_domain": "api.showreel.example", "edge_certificate": CERTIFICATE}
    return _templates("dev", "edge-domain", edge="on", edge_secret="3", **domain)


@pytest.fixture(scope="session")
def built() -> Path:
    """What `make build` left."""
    return ROOT / "build"
