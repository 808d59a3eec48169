"""Promises about what runs in others' continuous integration: valid files, and the entry point."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ENTRYPOINT = ROOT / ".github" / "action" / "entrypoint.sh"
STUB = """#!/bin/sh
echo "$@" >>calls
command=$1
echo "$command"
for word in "$@"; do
    case $previous in
        --out) [ "$CRASH" = bench ] || { echo table >"$word/a.csv"; echo "{}" >"$word/a.json"; } ;;
        --markdown) [ "$CRASH" = gate ] || echo "## verdict" >"$word" ;;
    esac
    previous=$word
done
[ "$command" = bench ] && exit "${BENCH_STATUS:-0}"
exit "${GATE_STATUS:-0}"
"""


@dataclass(frozen=True)
class Run:
    """What the entry point left."""

    status: int
    calls: list[list[str]]
    outputs: dict[str, str]
    summary: str
    folder: Path
    log: list[str]


def start(folder: Path, **settings: str) -> Run:
    """Run the entry point in `folder`, as GitHub would, with a `harness` that only takes notes."""
    programs = folder / "programs"
    programs.mkdir()
    stub = programs / "harness"
    stub.write_text(STUB)
    stub.chmod(0o755)
    workspace = folder / "workspace"
    workspace.mkdir(exist_ok=True)
    (workspace / "nano").touch()  # which a wildcard would find
    given = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "TMPDIR": str(folder),
        "previous": "",
    }
    done = subprocess.run(
        ["/bin/sh", ENTRYPOINT],
        cwd=workspace,
        env={**given, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = workspace / "calls"
    output, summary = folder / "output", folder / "summary"
    lines = output.read_text().splitlines() if output.exists() else []
    return Run(
        done.returncode,
        [line.split() for line in calls.read_text().splitlines()] if calls.exists() else [],
        dict(line.split("=", 1) for line in lines),
        summary.read_text() if summary.exists() else "",
        workspace,
        done.stdout.splitlines(),
    )


def option(call: list[str], name: str) -> str:
    return call[call.index(name) + 1]


def test_it_measures_then_judges_what_was_measured(tmp_path: Path) -> None:
    run = start(tmp_path, INPUT_SPEC="my sweep.toml", INPUT_ARGUMENTS="--model digits  --board n*")
    bench, gate = run.calls
    assert bench[:7] == ["bench", "my", "sweep.toml", "--model", "digits", "--board", "n*"]
    assert gate[:3] == ["gate", "--results", "harness-gate/bench.csv"]
    assert (run.folder / "harness-gate" / "bench.csv").read_text() == "table\n"
    assert (run.folder / "harness-gate" / "bench.json").exists()


def test_with_results_nothing_is_measured(tmp_path: Path) -> None:
    run = start(tmp_path, INPUT_RESULTS="mine.csv", INPUT_ARGUMENTS="--model digits")
    assert len(run.calls) == 1
    assert option(run.calls[0], "--results") == run.outputs["results"] == "mine.csv"


@pytest.mark.parametrize(
    ("status", "verdict"), [("0", "passed"), ("1", "failed"), ("2", "error"), ("3", "error")]
)
def test_the_gates_status_is_handed_on(tmp_path: Path, status: str, verdict: str) -> None:
    run = start(tmp_path, GATE_STATUS=status)
    assert run.status == int(status)
    assert run.outputs["verdict"] == verdict


@pytest.mark.parametrize("status", ["0", "1"])
def test_where_there_is_a_verdict_every_file_is_an_output(tmp_path: Path, status: str) -> None:
    run = start(tmp_path, GATE_STATUS=status, INPUT_OUT="gate out")
    (_, gate) = run.calls
    assert run.outputs["markdown"] == "gate out/gate.md"
    assert (run.folder / "gate out" / "gate.md").read_text() == "## verdict\n"
    declared = yaml.safe_load((ROOT / "action.yml").read_text())["outputs"]
    assert run.outputs.keys() == declared.keys()
    for name in ("--markdown", "--junit", "--bencher", "--github-benchmark"):
        assert option(gate, name) == "gate"  # the folder's name has a space


def test_while_it_measures_no_name_is_a_workflow_command(tmp_path: Path) -> None:
    log = start(tmp_path, BENCH_STATUS="1").log
    token = log[0].removeprefix("::stop-commands::")
    assert len(token) == 32
    assert log == [f"::stop-commands::{token}", "bench", f"::{token}::", "gate"]


def test_rows_that_failed_are_the_gates_to_name(tmp_path: Path) -> None:
    run = start(tmp_path, BENCH_STATUS="1", GATE_STATUS="1")
    assert [call[0] for call in run.calls] == ["bench", "gate"]
    assert run.status == 1


@pytest.mark.parametrize("failing", ["BENCH_STATUS", "GATE_STATUS"])
def test_where_there_is_no_verdict_the_summary_says_so(tmp_path: Path, failing: str) -> None:
    run = start(tmp_path, **{failing: "2"})
    assert run.status == 2
    assert run.outputs == {"verdict": "error"}
    assert "could not be carried out" in run.summary
    assert ("gate" in [call[0] for call in run.calls]) is (failing == "GATE_STATUS")


@pytest.mark.parametrize("crashing", ["bench", "gate"])
def test_a_crash_is_no_verdict_though_its_status_is_that_of_a_failure(
    tmp_path: Path, crashing: str
) -> None:
    run = start(tmp_path, CRASH=crashing, **{f"{crashing.upper()}_STATUS": "1"})
    assert run.status == 2
    assert run.outputs == {"verdict": "error"}
    assert crashing in run.summary


def test_an_earlier_verdict_is_not_taken_for_this_one(tmp_path: Path) -> None:
    earlier = tmp_path / "workspace" / "harness-gate" / "gate.md"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("passed")
    assert start(tmp_path, GATE_STATUS="2").outputs == {"verdict": "error"}
    assert not [line for line in earlier.parent.glob("gate.md") if line.read_text() == "passed"]


@pytest.mark.parametrize("given", [{}, {"INPUT_BASELINE": "old.csv", "INPUT_BUDGETS": "b.toml"}])
def test_budgets_and_baseline_are_those_given(tmp_path: Path, given: dict[str, str]) -> None:
    gate = start(tmp_path, **given).calls[1]
    assert option(gate, "--budgets") == given.get("INPUT_BUDGETS", "budgets.toml")
    assert ("--baseline" in gate) is bool(given)


def test_the_cache_is_in_the_workspace(tmp_path: Path) -> None:
    stub = 'echo "$HARNESS_CACHE" >cache\n'
    run = start(tmp_path, INPUT_CACHE="kept")
    (tmp_path / "programs" / "harness").write_text(f"#!/bin/sh\n{stub}")
    subprocess.run(
        ["/bin/sh", ENTRYPOINT],
        cwd=run.folder,
        env={"PATH": f"{tmp_path / 'programs'}:{os.environ['PATH']}", "INPUT_CACHE": "kept",
             "INPUT_RESULTS": "x.csv"},
        check=False,
    )  # fmt: skip
    assert (run.folder / "cache").read_text().strip() == str(run.folder / "kept")


@pytest.mark.parametrize("status", ["0", "2"])
def test_another_user_can_pack_the_cache(tmp_path: Path, status: str) -> None:
    closed = tmp_path / "workspace" / ".harness-cache" / "unpacked"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    assert start(tmp_path, GATE_STATUS=status).status == int(status)
    assert closed.stat().st_mode & 0o777 == 0o755


def test_the_entry_point_reads_the_inputs_that_the_action_declares() -> None:
    declared = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    read = set(re.findall(r"INPUT_([A-Z]+)", ENTRYPOINT.read_text()))
    assert read == {name.upper() for name in declared}


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("github-actions", "action.yml"),
        ("github-workflows", ".github/workflows/tests.yml"),
        ("github-workflows", "docs/ci/pull-request.yml"),
        ("github-workflows", "docs/ci/pull-request-comment.yml"),
        ("gitlab-ci", "docs/ci/gitlab.yml"),
    ],
)
def test_each_file_is_valid_by_its_schema(schema: str, name: str) -> None:
    words = ["--no-cache", "--builtin-schema", f"vendor.{schema}", str(ROOT / name)]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_of_a_fork_needs_no_more_than_to_read() -> None:
    workflow = yaml.safe_load((ROOT / "docs" / "ci" / "pull-request.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    # YAML 1.1 reads the key `on` as true.
    assert list(workflow[True]) == ["pull_request"]
    assert "secrets" not in str(workflow)
    assert all("permissions" not in job for job in workflow["jobs"].values())


def test_the_workflow_that_may_write_runs_nothing_of_the_pull_request() -> None:
    workflow = yaml.safe_load((ROOT / "docs" / "ci" / "pull-request-comment.yml").read_text())
    assert list(workflow[True]) == ["workflow_run"]
    steps = workflow["jobs"]["comment"]["steps"]
    assert all("uses" not in step for step in steps)
    # What the fork names reaches the shell in variables, never as its text.
    assert all("${{" not in step["run"] for step in steps)


@pytest.mark.parametrize("text", ["grow.md", "shrink.md"])
def test_the_workflow_finds_the_comment_that_it_wrote(text: str) -> None:
    workflow = yaml.safe_load((ROOT / "docs" / "ci" / "pull-request-comment.yml").read_text())
    job = workflow["jobs"]["comment"]
    [query] = re.findall(r"jq --arg marker \S+ \\\n\s+'([^']+)'", job["steps"][1]["run"])
    verdict = (ROOT / "docs" / "example" / "gate" / text).read_text()
    bot = {"login": "github-actions[bot]"}
    comments = [
        {"id": 1, "user": {"login": "somebody"}, "body": verdict},
        {"id": 2, "user": bot, "body": "another of the bot's"},
        {"id": 3, "user": bot, "body": verdict.rstrip()},  # as GitHub keeps it
    ]
    jq = shutil.which("jq")
    assert jq, "jq is needed, as on GitHub's machines"
    done = subprocess.run(
        [jq, "--arg", "marker", job["env"]["MARKER"], query],
        input=json.dumps(comments),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["3"]


def test_the_example_workflow_gives_inputs_that_the_action_has() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    workflow = yaml.safe_load((ROOT / "docs" / "ci" / "pull-request.yml").read_text())
    steps: list[dict[str, Any]] = workflow["jobs"]["gate"]["steps"]
    (gate,) = (step for step in steps if "tflm-harness" in step.get("uses", ""))
    assert gate["with"].keys() <= action["inputs"].keys()
    uploaded = next(step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert uploaded["if"] == "always()"
    assert uploaded["with"]["path"].rstrip("/") == action["inputs"]["out"]["default"]


def test_the_image_holds_all_that_the_package_is_built_from() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], "pyproject.toml"}
    needed |= {project["project"]["readme"], *project["project"]["license-files"]}
    assert needed <= kept
    assert all((ROOT / name).exists() for name in kept)


def test_each_hook_of_pre_commit_starts_a_command_that_there_is() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["harness-gate", "harness-gate-push"]
    for hook in hooks:
        assert hook.keys() >= {"id", "name", "entry", "language"}
        assert re.search(r"\bharness gate\b", hook["entry"])
