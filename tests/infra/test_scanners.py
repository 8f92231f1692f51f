"""The scanners of `make check` find what they are there for."""

import json
import subprocess
import sys
from pathlib import Path

import yaml

from infra.checks import ROOT, TOOLS

FAULTS = {
    "no-scan-of-a-table": 'table.scan(TableName="users")',
    "tokens-are-verified": 'jwt.decode(token, options={"verify_signature": False})',
    "algorithms-are-named": "jwt.decode(token, key, algorithms=[header['alg']])",
    "secrets-are-compared-in-constant-time": "good = hmac.new(key, body, sha256).hexdigest() == sent",
    "certificates-are-checked": "httpx.get(address, verify=False)",
    "no-shell": 'subprocess.run(f"ffmpeg {name}", shell=True)',
    "nothing-is-unpickled": "pickle.loads(body)",
    "secrets-come-from-secrets": "token = random.choices(letters, k=32)",
}


def program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def test_every_rule_of_semgrep_finds_its_fault(tmp_path: Path) -> None:
    rules = {rule["id"] for rule in yaml.safe_load((ROOT / "infra" / "semgrep.yaml").read_text())["rules"]}
    assert rules == FAULTS.keys()
    for rule, line in FAULTS.items():
        (tmp_path / f"{rule}.py").write_text(f"{line}\n")
    command = [program("semgrep"), *TOOLS["semgrep"][1:5], "--json", "--config", str(ROOT / "infra/semgrep.yaml")]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False)
    found = {(Path(one["path"]).stem, one["check_id"].rpartition(".")[2]) for one in json.loads(done.stdout)["results"]}
    assert {(rule, rule) for rule in FAULTS} <= found
    assert done.returncode == 1, "which fails the check"


def test_bandit_finds_what_is_graver_than_a_style(tmp_path: Path) -> None:
    (tmp_path / "weak.py").write_text("import hashlib\nhashlib.md5(b'x')\n")
    command = [program("bandit"), *TOOLS["bandit"][1:4], str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "md5" in done.stdout
