"""`make synth`: the CloudFormation templates of a stage in build/cdk.out, from the bundles in build/."""

import sys
from pathlib import Path

from infra.account import AccountError, check_stage
from infra.build import ROOT, TARGET
from infra.bundles import STAMPS, digest, make_once, shipped_files
from infra.local.assembly import Fingerprint, SynthError, synthesise

OUT = "cdk.out"


def inputs(stage: str) -> str:
    """The hash of all that decides the templates and their assets."""
    stamps = [path for path in shipped_files(TARGET / STAMPS) if path.name != OUT]
    return digest(stamps, TARGET, stage, Fingerprint(ROOT)())


def main(arguments: list[str]) -> int:
    """Synthesise the stage named unless nothing that decides it has changed."""
    stage = arguments[0] if arguments else ""

    def make(draft: Path) -> None:
        synthesise(
            ROOT, draft, {"stage": stage, "bundles": str(TARGET.relative_to(ROOT))}, ((sys.executable, "app.py"),)
        )

    try:
        check_stage(stage)
        made = make_once(TARGET, OUT, inputs(stage), make)
    except (AccountError, SynthError) as error:
        print(error, file=sys.stderr)
        return 1
    templates = sorted((TARGET / OUT).rglob("*.template.json"))
    print(f"{'made' if made else 'up to date:'} {len(templates)} templates of stage {stage} in build/{OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
