"""The documents that are made from the declarations."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra import checks, openapi, where
from infra.parts.discovery import ROOT, endpoints
from shared.contract.declare import ANY_ROUTE


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_case_115_every_route_is_an_operation(document: dict[str, Any]) -> None:
    declared = {
        f"{method} {path}": room
        for room, endpoint in endpoints()
        for method, path in endpoint.routes
        if path != ANY_ROUTE
    }
    found = operations(document)
    assert found.keys() == declared.keys()
    for route, operation in found.items():
        assert operation["operationId"].removesuffix("_alias") == declared[route].name
        assert operation["tags"] == [declared[route].group]
        assert operation["description"]
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    assert document["openapi"].startswith("3.1")


def test_aliases_have_names_of_their_own(document: dict[str, Any]) -> None:
    assert operations(document)["GET /health/live"]["operationId"] == "get_liveness"
    assert operations(document)["GET /live"]["operationId"] == "get_liveness_alias"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            here = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return here + [one for inner in value.values() for one in references(inner)]
        return [one for inner in value for one in references(inner)] if isinstance(value, list) else []

    schemas = document["components"]["schemas"]
    assert {one.removeprefix("#/components/schemas/") for one in references(document)} <= set(schemas)


def test_failures_follow_from_the_declaration(document: dict[str, Any]) -> None:
    found = operations(document)
    assert set(found["GET /health"]["responses"]) == {"200", "500"}
    login = found["POST /api/auth/login"]["responses"]
    assert {"200", "400", "401", "403", "413", "422", "429", "500", "503"} <= set(login)
    assert login["429"]["description"] == "RATE_LIMITED"
    upload = found["POST /api/upload/video/request"]
    assert upload["responses"]["422"]["description"] == "VALIDATION_ERROR, IDEMPOTENCY_MISMATCH"
    assert [one["name"] for one in upload["parameters"]] == ["Idempotency-Key"]
    ready = found["GET /health/ready"]["responses"]["503"]["content"]["application/json"]["schema"]
    assert ready == {"$ref": "#/components/schemas/Readiness"}
    assert "text/plain" in found["GET /metrics"]["responses"]["200"]["content"]
    assert {"304", "503"} <= set(found["GET /api/videos/{video_id}"]["responses"])
    assert not {"304", "400", "413"} & set(found["GET /api/auth/me"]["responses"])
    assert {"400", "413", "503"} <= set(found["DELETE /api/videos/{video_id}"]["responses"])


def test_who_may_call_is_told(document: dict[str, Any]) -> None:
    found = operations(document)
    assert "security" not in found["GET /health"]
    assert found["GET /api/auth/me"]["security"] == [{"bearer": []}, {"apiKey": []}]
    assert found["GET /api/videos/{video_id}"]["security"][0] == {}
    assert found["GET /metrics"]["security"] == [{"bearer": []}]
    assert set(document["components"]["securitySchemes"]) == {"bearer", "apiKey"}


def test_the_table_names_every_route_with_its_file() -> None:
    lines = openapi.table().splitlines()
    assert "| GET | `/live` | `functions/api/operations/get_liveness.py` | public |  |  |" in lines
    (login,) = [line for line in lines if "`/api/auth/login`" in line]
    assert "auth 10/60 s per address" in login
    assert "`dynamodb:UpdateItem` limits" in login
    assert len([line for line in lines if line.startswith("| ")]) == 1 + sum(len(e.routes) for _, e in endpoints())


def test_the_contract_holds_for_what_is_served(document: dict[str, Any], tmp_path: Path) -> None:
    for name, text in (
        ("docs/openapi.json", json.dumps(document)),
        (checks.ADDITIONS, (ROOT / checks.ADDITIONS).read_text()),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert not list(checks.strange_endpoints(tmp_path))


def test_stale_documents_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(openapi, "ROOT", tmp_path)
    assert openapi.main(["--check"]) == 1
    assert "docs/openapi.json is stale" in capsys.readouterr().out
    assert openapi.main([]) == 0
    assert openapi.main(["--check"]) == 0
    with (tmp_path / "docs/endpoints.md").open("a") as table:
        table.write("x")
    assert openapi.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/endpoints.md is stale: make openapi\n"
    assert openapi.main(["--wrong"]) == 2


@pytest.mark.parametrize(
    ("wanted", "file"),
    [
        ("POST /api/auth/login", "functions/api/accounts/log_in.py"),
        ("get  /live", "functions/api/operations/get_liveness.py"),
        ("/ping", "functions/api/operations/ping.py"),
        ("GET /api/videos/{id}", "functions/api/videos/get_video.py"),
        ("GET /api/videos/01900000-0000-7000-8000-000000000001", "functions/api/videos/get_video.py"),
    ],
)
def test_a_route_leads_to_its_file(wanted: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert where.main([wanted]) == 0
    assert capsys.readouterr().out == f"{file}\n"


def test_a_path_alone_names_all_its_methods(capsys: pytest.CaptureFixture[str]) -> None:
    assert where.main(["/api/videos/{video_id}"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "GET /api/videos/{video_id}  functions/api/videos/get_video.py" in lines
    assert len(lines) > 1


def test_an_unknown_route_gets_its_nearest_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert where.main(["POST /api/auth/logon"]) == 1
    first, nearest, *_ = capsys.readouterr().out.splitlines()
    assert first == "No endpoint serves POST /api/auth/logon. Spelt much like it:"
    assert nearest.strip() == "POST /api/auth/login"
    assert where.main(["POST /nowhere"]) == 1
    assert capsys.readouterr().out == "No endpoint serves POST /nowhere. docs/endpoints.md lists all of them.\n"
    assert where.main([]) == where.main([""]) == 2
