"""The state machines: valid language, valid JSONata, few transitions, small payloads, one end or the other."""

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, get_type_hints

import jsonata
import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.contract.needs import Machine
from shared.contract.resources import TRANSCODE
from shared.domains.videos.model import PublishedMedia, Variant
from shared.domains.videos.service import publishing
from shared.domains.videos.service.intake import execution_name
from shared.media.facts import AudioFacts, SourceFacts, VideoFacts
from tests.cloud.templates import Templates

AGAIN = "plan_on_cpu"
GPU_STATES = {"encode_gpu_job", "encode_gpu_jobs"}
LONGEST_ERROR = {"Error": "x" * 256, "Cause": "x" * 32_768}
PAYLOAD = 256 * 1024
DEFINITION = 1024 * 1024
TRANSITIONS = 12
VIDEO_ID = "0192f0c1-2345-7abc-8def-0123456789ab"
EXECUTION = f"arn:aws:states:ap-southeast-2:123456789012:execution:showreel-staging-transcode:{'x' * 80}"

FIELDS = {
    "Task": {"Resource", "Arguments", "Output", "Assign", "Retry", "Catch", "TimeoutSeconds", "HeartbeatSeconds"},
    "Choice": {"Choices", "Default", "Output", "Assign"},
    "Fail": {"Error", "Cause"},
    "Succeed": {"Output"},
    "Pass": {"Output", "Assign"},
    "Wait": {"Seconds", "Timestamp", "Output", "Assign"},
    "Map": {"Items", "ItemProcessor", "ItemSelector", "MaxConcurrency", "Output", "Assign", "Retry", "Catch", "Label"},
    "Parallel": {"Branches", "Arguments", "Output", "Assign", "Retry", "Catch"},
}
"""What a state of a JSONata machine may have besides Type, Comment, Next and End."""

Definition = dict[str, Any]


@pytest.fixture(params=["cloud", "gpu"])
def either(request: pytest.FixtureRequest) -> Templates:
    """A stage without GPUs, and one with them."""
    found: Templates = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def transcode(either: Templates) -> Definition:
    return either.machines[TRANSCODE.name]


def levels(definition: Definition) -> Iterator[Definition]:
    """The machine, and the machines within its Map and Parallel states."""
    yield definition
    for state in definition["States"].values():
        for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            yield from levels(inner)


def targets(state: Definition) -> set[str]:
    """Where a state can lead."""
    rules = [*state.get("Choices", []), *state.get("Catch", [])]
    return {rule["Next"] for rule in rules} | {state[key] for key in ("Next", "Default") if key in state}


def reached(level: Definition) -> set[str]:
    found, waiting = set[str](), [level["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += targets(level["States"][name])
    return found


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        return
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from strings(one)


def expressions(definition: Definition) -> list[str]:
    return [text[2:-2].strip() for text in strings(definition) if text.startswith("{%")]


def test_every_declared_machine_exists(either: Templates) -> None:
    from shared.contract import resources

    declared = {one.name for one in vars(resources).values() if isinstance(one, Machine)}
    assert either.machines.keys() == declared


def test_definitions_fit(either: Templates) -> None:
    """That they obey the language's schema is test_rules.py's to say."""
    for definition in either.machines.values():
        assert len(json.dumps(definition).encode()) <= DEFINITION


def test_every_state_leads_somewhere_and_is_reached(either: Templates) -> None:
    for level in [level for definition in either.machines.values() for level in levels(definition)]:
        assert reached(level) == level["States"].keys()
        for name, state in level["States"].items():
            ways_out = [key for key in ("Next", "End", "Choices") if key in state]
            assert len(ways_out) == (0 if state["Type"] in ("Fail", "Succeed") else 1), name
            assert state.get("End", True) is True
            assert len(name) <= 80


def test_states_speak_jsonata_alone(either: Templates) -> None:
    for definition in either.machines.values():
        assert definition["QueryLanguage"] == "JSONata"
        for level in levels(definition):
            for name, state in level["States"].items():
                allowed = FIELDS[state["Type"]] | {"Type", "Comment", "Next", "End", "QueryLanguage"}
                assert state.keys() <= allowed, name
                assert not [key for text in [json.dumps(state)] for key in re.findall(r'"[\w-]+\.\$"', text)], name


def test_expressions_parse_and_name_known_variables(either: Templates) -> None:
    for definition in either.machines.values():
        states = [s for level in levels(definition) for s in level["States"].values()]
        assigned = {name for s in states for part in (s, *s.get("Catch", [])) for name in part.get("Assign", {})}
        found = expressions(definition)
        assert found
        for text in strings(definition):
            assert text.startswith("{%") == text.endswith("%}"), text
        for expression in found:
            jsonata.Jsonata(expression)
            variables = set(re.findall(r"\$([a-zA-Z_]\w*)(?!\w*\()", expression))
            assert variables <= assigned | {"states"}, expression


def goes_on_anyway(state: Definition) -> bool:
    """Whether a state is a call that nobody waits for."""
    return bool(state.get("Arguments", {}).get("InvocationType") == "Event")


def test_call_that_nobody_waits_for_leads_on_whatever_becomes_of_it(transcode: Definition) -> None:
    state = transcode["States"]["encode_early"]
    assert goes_on_anyway(state)
    assert [catch["Next"] for catch in state["Catch"]] == [state["Next"]] == ["Lane"]
    assert state["Catch"][0]["ErrorEquals"] == ["States.ALL"]


def test_error_of_any_task_ends_in_one_state(either: Templates) -> None:
    """Those of the GPU go to the second planning before, once."""
    for definition in either.machines.values():
        for level in levels(definition):
            tasks = {
                name: s
                for name, s in level["States"].items()
                if s["Type"] in ("Task", "Map", "Parallel") and not goes_on_anyway(s)
            }
            [catching] = {c["Next"] for s in tasks.values() for c in s.get("Catch", [])} - {AGAIN}
            for name, state in tasks.items():
                caught = [error for catch in state.get("Catch", []) for error in catch["ErrorEquals"]]
                assert caught == ([] if name == catching else ["States.ALL"]), name
                assert (AGAIN in targets(state)) == (name in GPU_STATES), name
            after = level["States"][level["States"][catching]["Next"]]
            assert after["Type"] == "Fail"


def test_retries_are_few_and_end(either: Templates) -> None:
    for definition in either.machines.values():
        assert 0 < definition["TimeoutSeconds"] <= 48 * 3600
        for level in levels(definition):
            for name, state in level["States"].items():
                for position, retry in enumerate(retries := state.get("Retry", [])):
                    assert retry["MaxAttempts"] <= 3, name
                    if "TimeoutSeconds" in state and retry["MaxAttempts"]:
                        assert not {"States.ALL", "States.Timeout"} & {*retry["ErrorEquals"]}, f"{name} waits twice"
                        continue
                    alone = retry["ErrorEquals"] == ["States.ALL"]
                    assert alone == ("States.ALL" in retry["ErrorEquals"]) == (position == len(retries) - 1), name


def lanes(level: Definition, lane: str, workers: int = 3) -> list[str]:
    """The states that an execution enters when nothing fails and its plan is for a lane and so many workers."""
    plan = {"lane": lane, "workers": list(range(workers))}
    entered = [level["StartAt"]]
    while "End" not in (state := level["States"][entered[-1]]):
        if state["Type"] != "Choice":
            entered.append(state["Next"])
            continue
        for choice in state["Choices"]:
            condition = choice["Condition"][2:-2].strip().replace("$plan", "plan").replace("$words", "words")
            if jsonata.Jsonata(condition).evaluate({"plan": plan, "words": {"next": "plan"}}):
                entered.append(choice["Next"])
                break
        else:
            entered.append(state["Default"])
    return entered


@pytest.mark.parametrize(
    ("lane", "workers", "encoding"),
    [
        ("lambda", 1, "encode_runs"),
        ("lambda", 101, "encode_runs"),
        ("batch", 1, "encode_run_job"),
        ("batch", 2, "encode_run_jobs"),
        ("batch", 257, "encode_run_jobs"),
    ],
)
def test_transcode_takes_seven_transitions(transcode: Definition, lane: str, workers: int, encoding: str) -> None:
    """Whatever the duration: the one state that runs once for each of something is a worker's."""
    assert lanes(transcode, lane, workers) == [
        *("probe_source", "plan_encode", "encode_early", "Lane"),
        *(encoding, "package_stream", "finish_video"),
    ]
    assert [name for name, s in transcode["States"].items() if s["Type"] in ("Map", "Parallel")] == ["encode_runs"]


def test_no_lane_takes_more(transcode: Definition) -> None:
    named = re.findall(r"\$plan\.lane = '(\w+)'", json.dumps(transcode))
    assert {"batch", "outside"} <= set(named)
    for lane in named:
        assert len(lanes(transcode, lane)) <= 7 <= TRANSITIONS, lane


def test_job_is_submitted_within_limits(transcode: Definition) -> None:
    arguments = transcode["States"]["encode_run_job"]["Arguments"]
    assert arguments.keys() == {"JobDefinition", "JobName", "JobQueue", "Parameters"}
    name = evaluate(arguments["JobName"], {})
    assert re.fullmatch(r"[A-Za-z0-9][\w-]{0,127}", name)
    [ref] = re.findall(r"\$\{(\w+)\}", arguments["JobDefinition"])
    assert "definition" in ref, "the revision that this deployment made, not the latest"


def evaluate(expression: str, variables: dict[str, Any], told: dict[str, Any] | None = None) -> Any:
    """A JSONata string of a state, in an execution of a video."""
    text = expression[2:-2].strip().replace("$states.", "states.")
    for name in variables:
        text = re.sub(rf"\${name}\b", name, text)
    execution = {"Input": told or told_video(), "Id": EXECUTION}
    states = {"context": {"Execution": execution}, "input": LONGEST_ERROR}
    return jsonata.Jsonata(text).evaluate({"states": states, **variables})


def told_video() -> dict[str, Any]:
    return {"video_id": VIDEO_ID, "upload_version": "v" * 1024, "size": 2 * 1024**3}


LONGEST = {
    int: 2**63 - 1,
    float: 59.94005994005994,
    bool: False,
    str: "x" * 64,
    Fraction: Fraction(2**63 - 1, 2**31 - 1),
}


def longest(record: type[Any], **known: Any) -> Any:
    """A record whose members are as long as they get."""
    members = get_type_hints(record).items()
    return record(**{name: LONGEST.get(kind, 59.94005994005994) for name, kind in members} | known)


def long_facts() -> SourceFacts:
    """A source of 12 hours."""
    video = longest(VideoFacts, duration=Fraction(12 * 3600 * 90000 + 1, 90000), frames=12 * 3600 * 240, hdr="hdr10")
    return SourceFacts(2 * 1024**3, "matroska,webm", Fraction(1, 3), video, longest(AudioFacts))


def test_what_passes_between_states_stays_small(transcode: Definition) -> None:
    """The plan of a long source goes by the bucket: states hand on its place, facts and what was published."""
    facts = long_facts().to_json()
    plan = {"hash": "f" * 64, "lane": "batch", "workers": list(range(257))}
    variables = {"facts": facts, "plan": plan, "published": published()}
    for name, state in transcode["States"].items():
        payload = state.get("Arguments", {}).get("Payload")
        if payload:
            told = {key: evaluate(value, variables) for key, value in payload.items()}
            assert len(json.dumps(told).encode()) <= PAYLOAD // (4 if name == "fail_video" else 16), name
    assert len(json.dumps(variables).encode()) <= PAYLOAD // 16


def published() -> dict[str, Any]:
    """What the last step is told, with more rungs than there are."""
    media = longest(PublishedMedia, variants=(longest(Variant),) * 10)
    told: dict[str, Any] = json.loads(json.dumps(publishing.to_json(media)))
    return told


@given(some.uuids(), some.text(max_size=1100))
def test_executions_have_names_that_aws_takes(video_id: Any, upload_version: str) -> None:
    name = execution_name(str(video_id), upload_version)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name)
    assert name == execution_name(str(video_id), upload_version)
    assert name != execution_name(str(video_id), upload_version + "1")
