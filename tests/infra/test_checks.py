"""Each house rule finds the fault that it is there for, and `make check` runs them all."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from infra import checks

Rule = Callable[[Path], Iterator[str]]


def plant(root: Path, name: str, text: str) -> None:
    """Write a module into a checkout."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


FAULTS: list[tuple[Rule, str, str, str]] = [
    (checks.long_modules, "shared/base/long.py", "x = 1\n" * 301, "shared/base/long.py: 301 lines, at most 300"),
    (checks.long_modules, "app.py", "x = 1\n" * 301, "app.py: 301 lines, at most 300"),
    (
        checks.large_machinery,
        "infra/parts/large.py",
        "x = 1\n" * 3701,
        "shared/contract, infra/parts, infra/stacks: 3701 lines, docs/decisions/0010 allows 3700",
    ),
    (
        checks.large_machinery,
        "infra/local/large.py",
        "x = 1\n" * 4651,
        "infra/local: 4651 lines, docs/decisions/0010 allows 4650",
    ),
    (checks.filled_init_files, "functions/__init__.py", "x = 1\n", "functions/__init__.py: is not empty"),
    (
        checks.code_that_asks_where_it_runs,
        "shared/base/aws.py",
        'import os\nif os.environ.get("AWS_ENDPOINT_URL"):\n    pass\n',
        "shared/base/aws.py:2: asks where it runs (ENDPOINT_URL)",
    ),
    (
        checks.code_that_asks_where_it_runs,
        "functions/api/videos/get_video.py",
        'quick = stage == "local"\n',
        'functions/api/videos/get_video.py:1: asks where it runs (stage == ")',
    ),
    (
        checks.code_that_asks_where_it_runs,
        "infra/stacks/data.py",
        "if is_local():\n    pass\n",
        "infra/stacks/data.py:1: asks where it runs (is_local)",
    ),
    *(
        (checks.code_that_asks_where_it_runs, name, f"{line}\n", f"{name}:1: asks where it runs ({asked})")
        for name, line, asked in (
            ("shared/base/aws.py", 'made = create_client("s3", endpoint_url=None)', "endpoint_url"),
            ("shared/base/aws.py", 'real = "amazonaws.com" in host', 'amazonaws.com" in'),
            ("shared/base/aws.py", 'real = host.endswith(".amazonaws.com")', 'endswith(".amazonaws'),
            ("shared/base/aws.py", 'real = suffix == "amazonaws.com"', '== "amazonaws'),
            ("functions/api/f.py", 'if setting("STAGE") == "dev":', 'STAGE") == "'),
            ("functions/api/f.py", 'if os.environ["STAGE"] != "prod":', 'STAGE"] != "'),
            ("functions/api/f.py", 'if stage() in ("dev", "staging"):', "stage() in ("),
            ("infra/stacks/data.py", 'if stage.name == "dev":', 'stage.name == "'),
            ("infra/stacks/data.py", 'if "dev" == name:', '"dev" =='),
            ("layers/worker/bootstrap.py", 'local = os.environ["AWS_ENDPOINT_URL"]', "ENDPOINT_URL"),
            ("infra/parts/media_address.js", "if (host === 'localhost') {", "'localhost'"),
        )
    ),
    (
        checks.contract_that_needs_packages,
        "shared/contract/needs.py",
        "def load():\n    import pydantic.fields\n",
        "shared/contract/needs.py:2: imports pydantic.fields, not of the standard library",
    ),
    (
        checks.contract_that_needs_packages,
        "shared/contract/needs.py",
        "from shared.base.aws import client\n",
        "shared/contract/needs.py:1: imports shared.base.aws, not of the standard library",
    ),
]


@pytest.mark.parametrize(("rule", "name", "text", "complaint"), FAULTS)
def test_rule_finds_its_fault(tmp_path: Path, rule: Rule, name: str, text: str, complaint: str) -> None:
    plant(tmp_path, name, text)
    assert list(rule(tmp_path)) == [complaint]


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (checks.long_modules, "shared/base/long.py", "x = 1\n" * 300),
        (checks.filled_init_files, "functions/__init__.py", ""),
        (checks.large_machinery, "infra/stacks/large.py", "x = 1\n" * 3700),
        (checks.large_machinery, "infra/local/demo/large.py", "x = 1\n" * 4651),
        (checks.code_that_asks_where_it_runs, "shared/base/ranges.py", "# served locally, on localities of locals()\n"),
        (checks.code_that_asks_where_it_runs, "infra/local/stack.py", 'stage = "local"\n'),
        (checks.code_that_asks_where_it_runs, "infra/parts/f.py", 'iam.ServicePrincipal("lambda.amazonaws.com")\n'),
        (checks.code_that_asks_where_it_runs, "layers/worker/bootstrap.py", 'a = os.environ.get("AWS_ENDPOINT_URL")\n'),
        (
            checks.contract_that_needs_packages,
            "shared/contract/needs.py",
            "import re\nfrom shared.contract import limits\n",
        ),
        (checks.long_modules, "tests/contract/check.py", "x = 1\n" * 301),
    ],
)
def test_rule_leaves_good_code_alone(tmp_path: Path, rule: Rule, name: str, text: str) -> None:
    plant(tmp_path, name, text)
    assert not list(rule(tmp_path))


def test_document_that_is_not_what_its_module_prints_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "printer.py", "print('as it is')\n")
    monkeypatch.setattr(checks, "PRINTED", {"docs/page.md": "printer"})
    (complaint,) = checks.stale_documents(tmp_path)
    assert complaint == "docs/page.md is not what python -m printer prints: make openapi"
    plant(tmp_path, "docs/page.md", "as it was\n")
    assert len(list(checks.stale_documents(tmp_path))) == 1
    plant(tmp_path, "docs/page.md", "as it is\n")
    assert not list(checks.stale_documents(tmp_path))


def test_module_that_cannot_print_its_document_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "printer.py", "raise SystemExit('no emulator')\n")
    monkeypatch.setattr(checks, "PRINTED", {"docs/page.md": "printer"})
    assert list(checks.stale_documents(tmp_path)) == ["printer failed:\nno emulator"]


ADDED = "GET /api/films/{film_id}/frames"


def frames_served(root: Path) -> None:
    """A checkout that serves the contract and one endpoint more."""
    served = json.loads((checks.ROOT / "docs" / "openapi.json").read_text())
    for route in yaml.safe_load((checks.ROOT / checks.ADDITIONS).read_text()) or []:
        method, _, path = route.partition(" ")
        del served["paths"][path][method.lower()]
    served["paths"]["/api/films/{film_id}/frames"] = {"get": {}}
    plant(root, "docs/openapi.json", json.dumps(served))


def test_endpoint_that_nobody_asked_for_is_a_fault_until_it_is_added(tmp_path: Path) -> None:
    frames_served(tmp_path)
    plant(tmp_path, checks.ADDITIONS, "# none\n")
    (complaint,) = checks.strange_endpoints(tmp_path)
    line = complaint.splitlines()[1]
    assert complaint.startswith(
        f"{ADDED}: in no entry of the contract. When it is meant to be, add to {checks.ADDITIONS}:"
    )
    plant(tmp_path, checks.ADDITIONS, f"{line}\n")
    assert not list(checks.strange_endpoints(tmp_path))


def test_addition_that_nothing_serves_is_a_fault(tmp_path: Path) -> None:
    frames_served(tmp_path)
    plant(tmp_path, checks.ADDITIONS, f"- {ADDED}\n- GET /api/gone\n")
    gone = f"{checks.ADDITIONS}: nothing serves GET /api/gone; take its line out"
    assert list(checks.strange_endpoints(tmp_path)) == [gone]


# What each tool must refuse: a module of a planted checkout, and the name of the tool's complaint.
TOOL_FAULTS = [
    ("format", "x = { 'a' : 1 }\n", "unformatted"),
    ("lint", "import os\n", "F401"),
    ("lint", "try:\n    x = 1\nexcept Exception:\n    x = 2\n", "BLE001"),
    (
        "lint",
        "def f(a):\n" + "".join(f"    if a == {n}:\n        a += 1\n" for n in range(8)) + "    return a\n",
        "C901",
    ),
    ("types", "def double(number):\n    return number * 2\n", "annotat"),
    ("types", 'x: int = "one"\n', "bad-assignment"),
]


@pytest.mark.parametrize(("tool", "fault", "complaint"), TOOL_FAULTS)
def test_tool_finds_its_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str, fault: str, complaint: str
) -> None:
    plant(tmp_path, "pyproject.toml", (checks.ROOT / "pyproject.toml").read_text())
    plant(tmp_path, "shared/planted.py", f'"""A module."""\n\n{fault}')
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    command = [part for part in checks.TOOLS[tool] if part != "--quiet"]
    assert complaint in "\n".join(checks.run_tool(command))


# A module and the contract that its one import breaks.
STRAY_IMPORTS = [
    ("shared/base/stray.py", "import infra.parts", "infra reads functions"),
    ("functions/events/stray.py", "import infra.parts", "infra reads functions"),
    ("shared/base/stray.py", "import shared.http", "shared is layered"),
    ("shared/stray.py", "", "shared is layered"),
    ("shared/domains/films/errors.py", "import shared.domains.films.store", "every domain"),
    ("shared/domains/films/utils.py", "", "every domain"),
    ("functions/api/films/get_film.py", "import functions.api.films.list_films", "no Lambda imports another"),
    ("functions/events/on_film.py", "import functions.events.on_other", "no Lambda imports another"),
    ("functions/tasks/make_key.py", "import functions.schedules.sweep", "no Lambda imports another"),
    ("functions/events/stray.py", "import aws_cdk", "never loads the CDK"),
    ("functions/events/stray.py", "import boto3", "AWS is called from"),
    ("shared/domains/films/rules.py", "import botocore.session", "AWS is called from"),
    ("shared/domains/films/service.py", "import pynamodb.models", "PynamoDB stays"),
    ("shared/domains/films/rules.py", "import fastapi", "the web framework stays"),
    ("functions/schedules/stray.py", "import shared.http.web", "the web framework stays"),
]
ROOMS = ("model", "rules", "store", "service", "errors")
SKELETON = [
    *(f"shared/{layer}/__init__.py" for layer in ("http", "domains", "providers", "media", "base", "contract")),
    *(f"shared/domains/films/{room}.py" for room in ROOMS),
    *(f"functions/{kind}/__init__.py" for kind in ("api", "events", "schedules", "tasks", "pipeline")),
    *(f"functions/api/films/{name}.py" for name in ("__init__", "get_film", "list_films")),
    *("shared/__init__.py", "functions/__init__.py", "infra/__init__.py", "infra/parts/__init__.py"),
    *("functions/pipeline/transcode/__init__.py", "functions/pipeline/transcode/plan.py"),
    *("functions/realtime/__init__.py", "functions/realtime/subscribe.py"),
    *("functions/events/on_film.py", "functions/events/on_other.py", "functions/schedules/sweep.py"),
    "shared/domains/films/__init__.py",
]


@pytest.fixture
def skeleton(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small tree that keeps every import contract, with what the allowed places may import."""
    plant(tmp_path, "pyproject.toml", (checks.ROOT / "pyproject.toml").read_text())
    for name in SKELETON:
        plant(tmp_path, name, "")
    plant(tmp_path, "shared/http/web.py", "import fastapi\n")
    plant(tmp_path, "shared/base/aws.py", "import botocore.session\n")
    plant(tmp_path, "shared/domains/films/store.py", "import boto3\nimport pynamodb.models\n")
    plant(tmp_path, "functions/api/films/get_film.py", "import fastapi\nimport shared.domains.films.service\n")
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    return tmp_path


def test_allowed_imports_pass(skeleton: Path) -> None:
    assert not checks.run_tool(["lint-imports", "--no-cache"])


@pytest.mark.parametrize(("name", "line", "contract"), STRAY_IMPORTS)
def test_stray_import_breaks_its_contract(skeleton: Path, name: str, line: str, contract: str) -> None:
    plant(skeleton, name, f"{line}\n")
    (printed,) = checks.run_tool(["lint-imports", "--no-cache"])
    assert any(contract in row and "BROKEN" in row for row in printed.splitlines()), printed


def test_cycle_breaks_its_contract(skeleton: Path) -> None:
    plant(skeleton, "functions/pipeline/transcode/plan.py", "import functions.events.on_film\n")
    plant(skeleton, "functions/events/on_film.py", "import functions.pipeline.transcode\n")
    (printed,) = checks.run_tool(["lint-imports", "--no-cache"])
    assert "no cycles anywhere BROKEN" in printed


def test_check_that_cannot_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "TOOL_SECONDS", 0.2)
    assert checks.run_tool(["python", "-c", "import time; time.sleep(30)"]) == ["python did not end in 0.2 s"]


def test_failed_check_fails_all(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    bad = [Path(sys.executable).name, "-c", "raise SystemExit('a fault')"]
    monkeypatch.setattr(checks, "tools", lambda root: {"good": [bad[0], "-c", ""], "bad": bad})
    monkeypatch.setattr(checks, "HOUSE_RULES", {"rule": lambda root: iter(())})
    assert checks.main() == 1
    printed = capsys.readouterr().out
    assert "ok     good" in printed
    assert "FAILED bad" in printed
    assert "a fault" in printed
    assert "ok     rule" in printed
