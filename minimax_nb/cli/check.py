"""Find what the service would refuse in a file of messages, and what would silently break the chain of thought.

FILE holds JSON: a list of messages, or a request with "messages" and perhaps "tools" and "model". Or it is a tape, an
object with "provenance" and "turns": then what keeps it from being played is told with its line. It ends with 1 when
anything is found, so that it can guard a commit or a build; with --repair, when anything is left.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minimax_nb.history.check import Findings, check_history, repair_history
from minimax_nb.render.text.quantities import count

from . import FAILED, OK, UnusableInputError
from .arguments import read_text
from .text_table import columns

if TYPE_CHECKING:
    import argparse

_SHAPES = 'a list of messages, an object with "messages", or a tape, which is an object with "provenance" and "turns"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``check``."""
    parser.add_argument("file", metavar="FILE", help="the JSON file; - for standard input")
    parser.add_argument("-m", "--model", help="the model that is to be asked; default: the file's")
    parser.add_argument(
        "--repair", action="store_true", help="write the mended JSON to standard output, and what is left to the other"
    )


def run(options: argparse.Namespace) -> int:
    """Check, and mend if asked to."""
    text = read_text(options.file)
    document = _read(options.file, text)
    if _is_tape(document):
        return _check_tape(options, text)
    request = document if isinstance(document, dict) else {"messages": document}
    model, tools = options.model or request.get("model"), request.get("tools")
    if options.repair:
        mended = repair_history(request["messages"], model=model)
        findings = check_history(mended, tools=tools, model=model)
        print(_table(findings), file=sys.stderr)
        whole = {**request, "messages": mended} if isinstance(document, dict) else mended
        print(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        findings = check_history(request["messages"], tools=tools, model=model)
        print(_table(findings))
    return FAILED if findings else OK


def _is_tape(document: Any) -> bool:
    return isinstance(document, dict) and "messages" not in document and bool({"provenance", "turns"} & {*document})


def _check_tape(options: argparse.Namespace, text: str) -> int:
    """Check a tape: a line for each turn that is broken, or for what is wrong with the whole."""
    if options.repair:
        raise UnusableInputError(f"expected messages to repair, got a tape: {options.file}; mend it by hand")
    turns, faults = tape_faults(Path(options.file).stem if options.file != "-" else "-", text)
    print(faults or f"Nothing found: a tape with {count(turns, 'turn')}")
    return FAILED if faults else OK


def tape_faults(name: str, text: str) -> tuple[int, str]:
    """Look for what keeps a tape from being played.

    Args:
        name: the tape's name.
        text: its JSON.

    Returns:
        The number of its turns, and its faults as a table, "" for none.
    """
    from minimax_nb.server.tape.line_of import line_of
    from minimax_nb.server.tape.read import problems

    turns, found = problems(name, text)
    if not found:
        return turns, ""
    rows = [("line", "where", "what is wrong; tape-format.md, beside the lessons, says what to do")]
    for error in found:
        words = str(error).partition(": ")[2]
        rows.append((str(line_of(text, error.path)), error.path or "top level", words))
    return turns, f"{columns(rows)}\n\n{len(found)} found"


def _read(name: str, text: str) -> Any:
    """The list of messages, the request that holds one, or the tape."""
    called = "standard input" if name == "-" else name
    try:
        document = json.loads(text)
    except RecursionError:
        raise UnusableInputError(f"expected {_SHAPES} in {called}, got JSON that is nested too deeply") from None
    except ValueError as error:
        raise UnusableInputError(f"expected JSON in {called}: {error}") from error
    if _is_tape(document):
        return document
    messages = document.get("messages") if isinstance(document, dict) else document
    if not isinstance(messages, list):
        got = "an object without such a list" if isinstance(document, dict) else f"{json.dumps(document)[:60]}"
        raise UnusableInputError(f"expected {_SHAPES} in {called}, got {got}")
    _need(document, "tools", list, "a list")
    _need(document, "model", str, "a text")
    return document


def _need(document: Any, key: str, kind: type, called: str) -> None:
    value = document.get(key) if isinstance(document, dict) else None
    if value is not None and not isinstance(value, kind):
        raise UnusableInputError(f'expected "{key}" to be {called}, got {json.dumps(value)[:60]}')


def _table(findings: Findings) -> str:
    if not findings:
        return repr(findings)
    rows = [("where", "code", "what is wrong, what the service answers, and the way out")]
    for finding in findings:
        where = "request" if finding.index is None else f"messages[{finding.index}]"
        rows.append((where, finding.code, f"{finding.message}\nservice: {finding.answer}\nfix: {finding.fix}"))
    refused = sum(finding.refused for finding in findings)
    return f"{columns(rows)}\n\n{len(findings)} found, {refused} of them refused by the service"
