"""Ask a prompt for each row of a file.

The prompt names columns in braces: "Classify: {text}". ROWS is CSV, JSON lines, Parquet (with pyarrow) or plain text,
by its ending: .csv, .jsonl, .parquet, .txt. Of plain text each line that is not blank is a row, in the column text.
The answers go into a file with the columns of ROWS and these:
reply, reasoning, finish_reason, prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens, cost, seconds,
tokens_per_s, attempts, error, error_code, from_checkpoint.

Each answer is on disk, in the checkpoint, before it counts. After Ctrl-C, a crash or a spent budget, run the same
again: only what is missing is asked. It ends with 0 when every row has an answer, and with 1 when some have none.
What a model writes is written as it is: a cell that begins with = is a formula to a spreadsheet, so import the columns
as text.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minimax_nb.client.configure import connect
from minimax_nb.client.parameters import OMIT_HELP, omitted_names
from minimax_nb.errors import BatchError, ConfigurationError

from . import FAILED, INTERRUPTED, OK, CommandError, UnusableInputError
from .arguments import MODEL_HELP, check_text, read_text
from .row_files import PIPED, check_writable, form_of, read_rows, write_rows

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "reply",
    "reasoning",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cached_tokens",
    "cost",
    "seconds",
    "tokens_per_s",
    "attempts",
    "error",
    "error_code",
    "from_checkpoint",
)
_MANY = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``batch``."""
    add = parser.add_argument
    add("rows", metavar="ROWS", help="the file of rows; - for standard input")
    add("prompt", metavar="PROMPT", help='a text with columns in braces, such as "Classify: {text}"; @FILE reads it')
    add("-o", "--output", default="-", metavar="FILE", help="the file of answers; default: standard output")
    add("--format", choices=PIPED, help="the form of ROWS where no ending says it; standard input is csv otherwise")
    add("--columns", metavar="NAMES", help="which new columns to write, commas between; default: all of them")
    add("--prefix", default="", metavar="TEXT", help="what stands before the names of the new columns")
    add("-m", "--model", help=MODEL_HELP)
    add("--system", metavar="TEXT", help="a system message for every row")
    add("--limit", type=int, metavar="N", help="ask only the first N rows, and say what all of them would cost")
    add("--max-cost", type=float, metavar="USD", help="stop when so many US dollars are spent, those before included")
    add("--max-tokens-total", type=int, metavar="N", help="stop when so many tokens are spent, likewise")
    add("--concurrency", type=int, default=32, metavar="N", help="requests in flight at once; default: %(default)s")
    add(
        "--rpm",
        type=_per_minute,
        default="documented",
        metavar="N",
        help="requests a minute, or none; default: %(default)s",
    )
    add("--attempts", type=int, default=6, metavar="N", help="requests for one reply at most; default: %(default)s")
    add("--checkpoint", metavar="FILE", help="where each answer is kept; default: beside the answers' file")
    add("--no-dedupe", action="store_true", help="ask equal rows again, each for itself")
    add("--omit", metavar="NAMES", help=OMIT_HELP)


def run(options: argparse.Namespace) -> int:
    """Ask for all rows, write the answers, and say whether each row has one."""
    prompt = _prompt(options)
    columns = _wanted_columns(options)
    form = form_of(options.rows, options.format)
    to = "-" if options.output == "-" else options.output
    written_as = (form if form == "jsonl" else "csv") if to == "-" else check_writable(to)
    _check_apart(options)
    rows = read_rows(options.rows, form)
    if clash := [name for name in columns.values() if name in rows.columns]:
        raise UnusableInputError(
            f"expected rows without columns of the answers' names, got {', '.join(clash)}: say --prefix model_, or "
            "choose others with --columns"
        )
    checkpoint = _checkpoint(options, len(rows))
    problem = ""
    try:
        out = _asked(rows, prompt, checkpoint, options)
    except BatchError as error:
        if error.result is None:
            raise
        out, problem = error.result, str(error)
    joined = rows.iloc[: len(out)].join(out[list(columns)].rename(columns=columns))
    try:
        write_rows(joined, to, written_as)
    except CommandError as error:
        kept = f"What was answered is in {checkpoint}: run the same again, it is not asked anew." if checkpoint else ""
        raise CommandError(f"{error}\n{kept}".strip()) from error
    if problem:
        raise CommandError(problem)
    return _ended(out, checkpoint)


def _asked(rows: pd.DataFrame, prompt: str, checkpoint: str | None, options: argparse.Namespace) -> pd.DataFrame:
    """The answers; what cannot be asked for at all is told before anything is sent."""
    client = connect()
    from minimax_nb.batching.batch import batch

    request: dict[str, Any] = dict.fromkeys(_omitted(options.omit))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r".* without a checkpoint")  # it is told in our own words
            return batch(
                rows,
                prompt,
                model=options.model,
                system=options.system,
                client=client,
                max_concurrency=options.concurrency,
                requests_per_minute=options.rpm,
                max_cost=options.max_cost,
                max_tokens_total=options.max_tokens_total,
                attempts=options.attempts,
                checkpoint=checkpoint,
                dedupe=not options.no_dedupe,
                limit=options.limit,
                **request,
            )
    except KeyboardInterrupt:
        if checkpoint:
            _tell(f"what was answered is in {checkpoint}; run the same again to go on")
        raise
    except (ConfigurationError, ValueError, TypeError, OSError) as error:
        raise UnusableInputError(str(error)) from error


def _ended(out: pd.DataFrame, checkpoint: str | None) -> int:
    how = out.attrs["minimax_nb"]
    if how["answered"] == how["rows"]:
        return OK
    if checkpoint and how["stopped"] != "complete":
        more = " with a higher budget" if how["stopped"] == "budget" else ""
        _tell(f"run the same again{more} to go on; what was answered is in {checkpoint}")
    elif checkpoint and (out["error"].notna() & (out["attempts"] > 0)).any():
        _tell("run the same again to ask once more for the rows without an answer")
    return INTERRUPTED if how["stopped"] == "interrupted" else FAILED


def _prompt(options: argparse.Namespace) -> str:
    text: str = options.prompt
    if text.startswith("@"):
        if text == "@-" and options.rows == "-":
            raise UnusableInputError("expected the prompt from elsewhere, for the rows come from standard input")
        text = read_text(text[1:]).rstrip("\r\n")
    check_text(text, options.system or "", options.model or "")
    if not text.strip():
        raise UnusableInputError('expected a prompt, got none; such as: minimax-nb batch rows.csv "Classify: {text}"')
    return text


def _wanted_columns(options: argparse.Namespace) -> dict[str, str]:
    """The new columns, with the names under which they are written."""
    names = [name.strip() for name in (options.columns or "").split(",") if name.strip()] or list(_COLUMNS)
    if unknown := [name for name in names if name not in _COLUMNS]:
        raise UnusableInputError(f"expected names among {', '.join(_COLUMNS)} after --columns, got {unknown[0]!r}")
    return {name: f"{options.prefix}{name}" for name in names}


def _checkpoint(options: argparse.Namespace, rows: int) -> str | None:
    """The file for finished rows: beside the answers, where no other is named."""
    if options.checkpoint is not None:
        return str(options.checkpoint)
    if options.output != "-":
        return f"{options.output}.checkpoint.jsonl"
    if rows >= _MANY and options.limit is None:
        _tell(f"{rows:,} rows without a checkpoint: after a crash all are asked and paid for again; say --checkpoint")
    return None


def _check_apart(options: argparse.Namespace) -> None:
    """Refuse to write over the rows, or the answers over the checkpoint."""
    named = {"ROWS": options.rows, "-o": options.output, "--checkpoint": options.checkpoint}
    files = {what: Path(name).resolve() for what, name in named.items() if name not in (None, "-")}
    seen: dict[Path, str] = {}
    for what, path in files.items():
        if path in seen:
            raise UnusableInputError(f"expected different files for {seen[path]} and {what}, got {named[what]!r} twice")
        seen[path] = what


def _omitted(text: str | None) -> list[str]:
    try:
        return omitted_names(text)
    except ValueError as error:
        raise UnusableInputError(str(error)) from error


def _per_minute(text: str) -> Any:
    if text in ("documented", "none"):
        return None if text == "none" else text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number of requests, or none, got {text[:40]!r}") from None


def _tell(text: str) -> None:
    print(f"minimax-nb: {text}", file=sys.stderr)
