"""`make check`: format, lint, types, import contracts, the house rules, and whether generated documents are fresh.

House rules are what no linter knows. Each takes the root of a checkout and yields a line per fault.
"""

import ast
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("functions", "shared", "infra", "bench", "tests")
COPIED = ("tests/contract/check.py",)
MODULE_LINES = 300
MACHINERY = {
    ("shared/contract", "infra/parts", "infra/stacks"): 3700,
    ("infra/local",): 4650,
}
DEMO = "infra/local/demo/"
TOOL_SECONDS = 600
PARTS_DONE = ("foundations", "media", "identity")  # of tests/contract/endpoints.yaml
# The contract is a copy and stays one; the product's own endpoints stand beside it.
ADDITIONS = "tests/contract/additions.yaml"
CONTRACT_CHECK = ROOT / "tests" / "contract" / "check.py"
UNASKED = re.compile(r"^(\S+) (\S+): in no entry of the contract$", re.MULTILINE)

# Code that is deployed differs between the laptop and AWS by an address or a setting, never by a question like these.
DEPLOYED = ("functions", "shared", "infra/stacks", "infra/parts", "infra/workflows", "layers/worker")
ASKS_WHERE = re.compile(
    r"is_?local\b|local_?stack|ministack|runn?(s|ing)?_locally|on_(the_)?laptop|aws_sam_local|aws_execution_env"
    r"|endpoint_url|[\"']local(host)?[\"']"
    r"|amazonaws[\w.]*[\"']\s+(not\s+)?in\b|(==|!=|\bin|(starts|ends)(with)?\()\s*f?[\"'][^\"']*amazonaws"
    r"|\bstage(\.name|\(\)|[\"'][\])])?\s*([!=]==?|(not\s+)?in\b)\s*[\"'(\[{]|[\"'](dev|staging|prod)[\"']\s*[!=]=",
    re.IGNORECASE,
)
MAY_READ = {"layers/worker/bootstrap.py": 'os.environ.get("AWS_ENDPOINT_URL")'}
"""Code without an SDK reads the address that an SDK reads by itself."""

SCANNED = ("--config", "infra/semgrep.yaml", "functions", "shared", "infra")
TOOLS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["pyrefly", "check", "--summary=none"],
    "imports": ["lint-imports"],
    # What is deployed; ruff has the smaller half of bandit's rules for everything
    "bandit": ["bandit", "--quiet", "--recursive", "-ll", "functions", "shared", "infra"],
    "semgrep": [*"semgrep scan --metrics=off --disable-version-check --error --quiet".split(), *SCANNED],
}
# What writes generated documents, and with --check says whether they are what it would write.
GENERATOR = "infra.openapi"
# Documents that a module prints.
PRINTED = {"docs/differences.md": "infra.local.differences"}


def modules(root: Path, *folders: str) -> Iterator[Path]:
    """Our Python modules in the folders, sorted; copied ones left out."""
    found = [*root.glob("*.py")] if folders == SOURCES else []
    for folder in folders:
        found += (root / folder).rglob("*.py")
    return (path for path in sorted(found) if path.relative_to(root).as_posix() not in COPIED)


def long_modules(root: Path) -> Iterator[str]:
    """No module is longer than MODULE_LINES."""
    for path in modules(root, *SOURCES):
        if (lines := len(path.read_text().splitlines())) > MODULE_LINES:
            yield f"{path.relative_to(root)}: {lines} lines, at most {MODULE_LINES}"


def large_machinery(root: Path) -> Iterator[str]:
    """What derives everything from the declarations, and what runs it on a laptop, stay as small as was decided."""
    for folders, bound in MACHINERY.items():
        counted = (path for path in modules(root, *folders) if DEMO not in path.as_posix())
        if (lines := sum(len(path.read_text().splitlines()) for path in counted)) > bound:
            yield f"{', '.join(folders)}: {lines} lines, docs/decisions/0010 allows {bound}"


def filled_init_files(root: Path) -> Iterator[str]:
    """Packages do nothing when they are imported."""
    for path in modules(root, *SOURCES):
        if path.name == "__init__.py" and path.stat().st_size:
            yield f"{path.relative_to(root)}: is not empty"


def code_that_asks_where_it_runs(root: Path) -> Iterator[str]:
    """Nothing that is deployed knows of the laptop."""
    scripts = (path for folder in DEPLOYED for path in sorted((root / folder).rglob("*.js")))
    for path in (*modules(root, *DEPLOYED), *scripts):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if asked := ASKS_WHERE.search(line.replace(MAY_READ.get(name, "\n"), "")):
                yield f"{name}:{number}: asks where it runs ({asked.group()})"


def contract_that_needs_packages(root: Path) -> Iterator[str]:
    """Declarations import the standard library and one another only, so that any tool can read them."""
    for path in modules(root, "shared/contract"):
        for line, name in imports(path):
            if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("shared.contract"):
                yield f"{path.relative_to(root)}:{line}: imports {name}, not of the standard library"


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of every module that a module imports, wherever in it; relative imports stay in the package."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module or ""


def run_tool(command: list[str]) -> list[str]:
    """What a tool prints when it fails; nothing when it passes."""
    program = [str(Path(sys.executable).parent / command[0]), *command[1:]]
    try:
        done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return [f"{command[0]} did not end in {TOOL_SECONDS} s"]
    printed = (done.stdout + done.stderr).strip() or f"{' '.join(command)} failed with {done.returncode}"
    return [printed] if done.returncode else []


def stale_documents(root: Path) -> Iterator[str]:
    """What a module prints is what stands in the document."""
    for name, module in PRINTED.items():
        command = [sys.executable, "-m", module]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False)
        document = root / name
        if done.returncode:
            yield f"{module} failed:\n{done.stderr.strip()}"
        elif not document.exists() or document.read_text() != done.stdout:
            yield f"{name} is not what python -m {module} prints: make openapi"


def tools(root: Path) -> dict[str, list[str]]:
    """Every command to run, by the name of its check."""
    commands = dict(TOOLS)
    if importlib.util.find_spec(GENERATOR):
        commands["generated"] = ["python", "-m", GENERATOR, "--check"]
    return commands


def strange_endpoints(root: Path) -> Iterator[str]:
    """What is served is what the contract asks for, and the additions to it."""
    document = root / "docs" / "openapi.json"
    if not document.exists():
        return
    served = json.loads(document.read_text())
    for route in yaml.safe_load((root / ADDITIONS).read_text()) or []:
        method, _, path = route.partition(" ")
        if served["paths"].get(path, {}).pop(method.lower(), None) is None:
            yield f"{ADDITIONS}: nothing serves {route}; take its line out"
    paths = {re.sub(r"{[^}]*}", "{}", path): path for path in served["paths"]}

    def hint(found: re.Match[str]) -> str:
        route = f"{found[1]} {paths.get(found[2], found[2])}"
        return f"{route}: in no entry of the contract. When it is meant to be, add to {ADDITIONS}:\n- {route}"

    with tempfile.NamedTemporaryFile("w", suffix=".json") as asked:
        json.dump(served, asked)
        asked.flush()
        command = ["python", str(CONTRACT_CHECK), asked.name, *PARTS_DONE]
        yield from (UNASKED.sub(hint, printed) for printed in run_tool(command))


HOUSE_RULES: dict[str, Callable[[Path], Iterator[str]]] = {
    "module length": long_modules,
    "machinery": large_machinery,
    "empty __init__": filled_init_files,
    "asks nowhere": code_that_asks_where_it_runs,
    "bare contract": contract_that_needs_packages,
    "printed": stale_documents,
    "endpoints": strange_endpoints,
}


def main() -> int:
    failed = False
    checks: list[tuple[str, Callable[[], list[str]]]] = [
        *((name, lambda command=command: run_tool(command)) for name, command in tools(ROOT).items()),
        *((name, lambda rule=rule: list(rule(ROOT))) for name, rule in HOUSE_RULES.items()),
    ]
    for name, check in checks:
        started = time.monotonic()
        faults = check()
        failed = failed or bool(faults)
        print(f"{'FAILED' if faults else 'ok':6} {name:15} {time.monotonic() - started:5.1f} s", *faults, sep="\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
