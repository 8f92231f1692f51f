"""`make synth`: again only when something that decides the templates has changed, and what stops it."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra import synth
from infra.bundles import STAMPS
from infra.local.assembly import SynthError


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose bundles are built."""
    monkeypatch.setattr(synth, "ROOT", tmp_path)
    monkeypatch.setattr(synth, "TARGET", tmp_path / "build")
    monkeypatch.setattr(synth, "build", lambda: "")
    (tmp_path / "app.py").write_text("")
    (tmp_path / "build" / STAMPS).mkdir(parents=True)
    (tmp_path / "build" / STAMPS / "code").write_text("of the code")
    return tmp_path / "build"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The contexts that templates were made with."""
    contexts: list[dict[str, str]] = []

    def synthesise(root: Path, out: Path, context: dict[str, str], commands: Any) -> None:
        contexts.append(context)
        made = out.with_name(f"{out.name}.new")
        made.mkdir()
        (made / "showreel.template.json").write_text("{}")

    monkeypatch.setattr(synth, "synthesise", synthesise)
    monkeypatch.setattr(synth, "lint", lambda assembly: None)
    return contexts


def test_unchanged_app_is_not_synthesised_again(
    target: Path, made: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert synth.main(["dev"]) == 0
    assert synth.main(["dev"]) == 0
    assert made == [{"stage": "dev", "bundles": "build", "rule_packs": "on"}]
    assert capsys.readouterr().out.splitlines() == [
        "made 1 templates of stage dev in build/cdk.out",
        "up to date: 1 templates of stage dev in build/cdk.out",
    ]


def test_another_stage_other_bundles_and_another_app_are(target: Path, made: list[dict[str, str]]) -> None:
    synth.main(["dev"])
    synth.main(["prod"])
    (target / STAMPS / "code").write_text("of other code")
    synth.main(["prod"])
    (target.parent / "app.py").write_text("import aws_cdk\n")
    synth.main(["prod"])
    assert [context["stage"] for context in made] == ["dev", "prod", "prod", "prod"]


def test_app_that_fails_is_an_error(
    target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*given: Any) -> None:
        raise SynthError("app.py: no such table")

    monkeypatch.setattr(synth, "synthesise", fail)
    assert synth.main(["dev"]) == 1
    assert capsys.readouterr().err == "app.py: no such table\n"
    assert not (target / "cdk.out").exists()


def test_stage_that_does_not_exist_is_refused_before_anything_is_built(
    target: Path, made: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synth, "build", lambda: made.append({"built": "yes"}))
    assert synth.main(["live"]) == 1
    assert not made


def test_template_that_cloudformation_would_refuse_is_an_error(tmp_path: Path) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": "soon"}}
    (tmp_path / "showreel.template.json").write_text(json.dumps({"Resources": {"queue": queue}}))
    with pytest.raises(SynthError, match=r"E3012 'soon' is not of type 'integer'"):
        synth.lint(tmp_path)
