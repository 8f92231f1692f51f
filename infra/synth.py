"""`make synth`: the bundles of `make build`, and from them the CloudFormation templates of a stage in build/cdk.out.

They are held to cdk-nag's rules while they are made, and to cfn-lint's afterwards.
"""

import subprocess
import sys
from pathlib import Path

from infra.account import AccountError, check_stage
from infra.build import ROOT, TARGET, BuildError, build
from infra.bundles import STAMPS, digest, make_once, shipped_files
from infra.local.assembly import Fingerprint, SynthError, adopt, synthesise

OUT = "cdk.out"
COMMANDS = ((sys.executable, "app.py"),)
RULE_PACKS = {"rule_packs": "on"}
"""The CDK context that has the app check itself, see infra/parts/rule_packs.py; the laptop does without."""

LINT_SECONDS = 300
NOT_OURS = ("W3005",)
"""Rules of cfn-lint that the CDK's own habits break: it writes out dependencies that a reference implies."""


def inputs(stage: str) -> str:
    """The hash of all that decides the templates and their assets."""
    stamps = [path for path in shipped_files(TARGET / STAMPS) if path.name != OUT]
    return digest(stamps, TARGET, stage, Fingerprint(ROOT)())


def lint(assembly: Path) -> None:
    """Hold templates to the specification of CloudFormation.

    Raises:
        SynthError: cfn-lint finds something; the message is what it printed.
    """
    templates = sorted(str(path) for path in assembly.rglob("*.template.json"))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", *NOT_OURS, "--", *templates]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LINT_SECONDS, check=False)
    if done.returncode:
        raise SynthError(done.stdout.strip() or done.stderr.strip())


def main(arguments: list[str]) -> int:
    """Synthesise the stage named unless nothing that decides it has changed."""
    stage = arguments[0] if arguments else ""

    def make(draft: Path) -> None:
        context = {"stage": stage, "bundles": str(TARGET.relative_to(ROOT)), **RULE_PACKS}
        synthesise(ROOT, draft, context, COMMANDS)
        adopt(draft)
        lint(draft)

    try:
        check_stage(stage)
        build()
        made = make_once(TARGET, OUT, inputs(stage), make)
    except (AccountError, BuildError, SynthError) as error:
        print(error, file=sys.stderr)
        return 1
    templates = sorted((TARGET / OUT).rglob("*.template.json"))
    print(f"{'made' if made else 'up to date:'} {len(templates)} templates of stage {stage} in build/{OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
