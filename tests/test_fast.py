"""The fast loop leaves out processes and what is heavy, nothing else, and tries each property a few times only."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = """
import subprocess, sys, threading
import openai, pytest
from hypothesis import given, settings, strategies as st

tried = []

def start():
    subprocess.run([sys.executable, "-c", ""], check=True)

@pytest.fixture(scope="module")
def kernel():
    start()

def test_process(): start()
def test_process_of_a_fixture(kernel): pass
def test_process_of_the_same_fixture(kernel): pass
def test_process_in_a_thread():
    thread = threading.Thread(target=start); thread.start(); thread.join()
def test_refusal_taken_by_the_code():
    try: start()
    except BaseException: pass
    assert False
def test_client():
    with openai.OpenAI(api_key="k", base_url="http://127.0.0.1:1/v1") as client:
        assert client.default_headers["X-Stainless-OS"]

@settings(max_examples=300, deadline=None)
@given(st.integers())
def test_property(number): tried.append(number)
class TestOfAClass:
    @settings(max_examples=300, deadline=None)
    @given(st.integers())
    def test_property(self, number): tried.append(number)
def test_few_were_tried(): assert 0 < len(tried) <= 20
def test_failure(): assert False
@pytest.mark.heavy
def test_heavy(): assert False
@pytest.mark.parametrize("row", range(100))
def test_table(row): pass
@pytest.mark.parametrize("row", range(10))
def test_small_table(row): pass
class TestTheSame:
    @pytest.mark.parametrize("row", range(11))
    def test_table(self, row): pass
"""


def run(folder: Path, *words: str) -> dict[str, str]:
    sample = folder / "test_sample.py"
    sample.write_text(SAMPLE, encoding="utf-8")
    command = ["-m", "pytest", "-v", "-p", "tests.fast", "-p", "no:cacheprovider", "--rootdir", folder, sample, *words]
    printed = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return dict(re.findall(r"test_sample\.py::(\S+) ([A-Z]+)", printed))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(tmp_path_factory.mktemp("fast"))


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("test_process", "SKIPPED"),
        ("test_process_of_a_fixture", "SKIPPED"),
        ("test_process_of_the_same_fixture", "SKIPPED"),
        ("test_process_in_a_thread", "SKIPPED"),
        ("test_refusal_taken_by_the_code", "SKIPPED"),
        ("test_client", "PASSED"),
        ("test_property", "PASSED"),
        ("TestOfAClass::test_property", "PASSED"),
        ("test_few_were_tried", "PASSED"),
        ("test_failure", "FAILED"),
    ],
)
def test_what_the_fast_loop_makes_of_a_test(name: str, outcome: str, outcomes: dict[str, str]) -> None:
    assert outcomes[name] == outcome


def test_what_is_heavy_is_left_out(outcomes: dict[str, str]) -> None:
    assert "test_failure" in outcomes
    assert "test_heavy" not in outcomes


def rows(outcomes: dict[str, str], test: str) -> list[int]:
    return [int(name[len(test) + 1 : -1]) for name in outcomes if name.startswith(f"{test}[")]


def test_all_rows_of_a_table_run_where_no_sample_is_asked_for(outcomes: dict[str, str]) -> None:
    assert rows(outcomes, "test_table") == list(range(100))


def test_a_sample_holds_the_ends_of_a_large_table_and_all_of_a_small_one(tmp_path: Path) -> None:
    sampled = run(tmp_path, "--sample")
    assert rows(sampled, "test_table") == [0, 11, 22, 33, 44, 55, 66, 77, 88, 99]
    assert rows(sampled, "test_small_table") == list(range(10))
    assert [rows(sampled, "TestTheSame::test_table")[at] for at in (0, -1)] == [0, 10]
    assert len(rows(sampled, "TestTheSame::test_table")) == 10
    assert sampled["test_client"] == "PASSED"
