"""Tests mirror the library: each module has a test file of its name at the mirrored place, or a reason here."""

from __future__ import annotations

import re
from pathlib import Path

import minimax_nb

TESTS = Path(__file__).parent
PACKAGE = Path(minimax_nb.__file__).parent

ELSEWHERE = {
    "__main__.py": ("cli/test_main.py", "two lines that call the command line's main"),
    "chat/panel_host.py": ("chat/test_panel.py", "a protocol, which the chat fulfils before a panel"),
    "chat/panel_items.py": ("chat/test_panel.py", "what the box shows is seen in what it sends"),
    "chat/panel_operations.py": ("widgets/test_front_end_code.py", "types alone, held against the page's code"),
    "chat/panel_view.py": ("chat/test_panel.py", "widgets without a choice of their own: what they send is read there"),
    "cli/arguments.py": ("cli/test_ask.py", "the reading of files and pipes, seen through the commands that take them"),
    "cli/text_table.py": ("cli/test_check.py", "the layout of what the commands print"),
    "client/explanation.py": ("client/test_sdk.py", "what an error means is seen in the errors of clients"),
    "client/validation.py": ("client/test_configure.py", "every refusal reaches the user through configure"),
    "display/column_view.py": ("analysis/test_race.py", "columns need replies that run side by side"),
    "display/run_view.py": ("display/test_show.py", "a view is seen by what it leaves in a kernel"),
    "display/view.py": ("display/test_show.py", "a protocol, and the view that shows nothing"),
    "agent/sendable.py": ("agent/test_foreign_calls.py", "what goes back is seen in the history of a run"),
    "message/blank.py": ("history/test_blank_results.py", "one rule, for runner, check and repair alike"),
    "message/calls.py": ("message/test_arguments.py", "calls are read together with their arguments"),
    "message/events.py": ("stream/test_event_emitter.py", "values alone, which mypy checks"),
    "message/reply.py": ("message/test_completion.py", "values alone: what they hold is the reader's work"),
    "render/markdown/emphasis.py": ("render/markdown/test_html.py", "its cases are fixtures: text in, HTML out"),
    "render/markdown/plainwords.py": ("render/test_tracetext.py", "the line that sums up a step is all it writes"),
    "render/markdown/tags.py": ("render/markdown/test_html.py", "its cases are fixtures: text in, HTML out"),
    "render/regions.py": ("widgets/test_front_end_code.py", "a table, held against the page's code"),
    "render/run.py": ("render/test_run_record.py", "the record is the one way to its bundle"),
    "render/text/quantities.py": ("render/test_comparison.py", "figures in words, where they stand"),
    "server/api_error.py": ("server/quirks/test_faults.py", "a value: each fault shows its status, type and code"),
    "server/http/backend.py": ("server/http/test_in_process.py", "both kinds are held against each other"),
    "server/http/in_process_backend.py": ("server/http/test_in_process.py", "waits are seen in replies"),
    "server/http/outgoing.py": ("server/http/test_asgi_response.py", "replies in time are seen as they are sent"),
    "server/http/response.py": ("server/service/test_handler.py", "a value alone"),
    "server/practice/budget.py": ("server/practice/test_arguments.py", "a count: no schema takes longer than it"),
    "server/practice/hints.py": ("server/practice/test_arguments.py", "hints are seen in the arguments they fill"),
    "server/practice/counts.py": ("server/practice/test_names.py", "counts and units are read beside names"),
    "server/practice/phrases.py": ("server/practice/test_practice.py", "texts alone, in two languages"),
    "server/practice/quoting.py": ("server/practice/test_practice.py", "what is repeated is shown as it was written"),
    "server/practice/texts.py": ("server/practice/test_arguments.py", "texts are seen in the arguments they fill"),
    "server/practice/wordlists.py": ("server/practice/test_practice.py", "lists of words"),
    "server/quirks/chunk_edits.py": ("server/quirks/test_stream_quirks.py", "edits that the quirks are made of"),
    "server/service/models.py": ("server/test_app.py", "a table, served as it stands"),
    "server/service/respond.py": ("server/service/test_handler.py", "a handler's responses are made by it alone"),
    "server/tape/located.py": ("server/tape/test_read.py", "a value with its path, which every error of a tape names"),
    "server/tape/requests.py": ("server/tape/test_read.py", "requests are read as a part of their tape"),
    "stream/last_reply.py": ("stream/test_reading.py", "what a read that failed leaves behind"),
    "tools/schema_types.py": (
        "tools/test_second_reading.py",
        "the types of a schema are seen in the values read by it",
    ),
    "widgets/frame_widget.py": ("widgets/test_frame_sender.py", "a widget that sends what its frame sender gives it"),
    "widgets/live.py": ("display/test_show.py", "a view is seen by what it leaves in a kernel"),
    "widgets/live_columns.py": ("analysis/test_race.py", "columns need replies that run side by side"),
    "widgets/live_view.py": ("display/test_show.py", "the life of a widget needs a kernel"),
    "widgets/operations.py": ("widgets/test_front_end_code.py", "types alone, held against the page's code"),
}
"""Modules without a test file of their name: where they are tested, and why there."""


def mirrored(module: str) -> Path:
    """The place of a module's tests."""
    path = TESTS / module
    return path.with_name(f"test_{path.name}")


def test_every_module_has_tests_of_its_name_or_a_reason() -> None:
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}
    assert {module for module in modules if not mirrored(module).exists()} == set(ELSEWHERE)
    assert not {where for where, _ in ELSEWHERE.values() if not (TESTS / where).exists()}


def test_helpers_are_in_one_place() -> None:
    """Beside the tests there are the tests' own settings, and the programs that are run by hand."""
    runnable = {"__main__.py", "fast.py", "lowest.py", "other_day.py", "typed_use.py", "browser/pictures.py"}
    files = {path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py")}
    beside = {name for name in files if not name.startswith(("support/", "benchmarks/"))}
    assert {name for name in beside if not Path(name).name.startswith(("test_", "conftest."))} == runnable


def test_no_test_imports_another() -> None:
    for path in TESTS.rglob("test_*.py"):
        assert not re.search(r"^from \.*(\w+\.)*test_\w+ import", path.read_text("utf-8"), re.MULTILINE), path
