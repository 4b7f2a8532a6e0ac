"""The units on every Python that is installed, with both major versions of the SDK: ``nox``."""

from __future__ import annotations

from pathlib import Path

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SDKS = {"2": "openai>=2,<3", "3": "openai>=3,<4"}

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["units"]
# A Python that is not there is skipped with a word; CI has to have what it names.
nox.options.error_on_missing_interpreters = False


@nox.session(python=PYTHONS)
@nox.parametrize("openai", [nox.param(version, id=f"openai-{version}") for version in SDKS])
def units(session: nox.Session, openai: str) -> None:
    """Run the tests that need no browser; words after ``--`` go to pytest."""
    session.install("-q", "-e", ".[test]", SDKS[openai])
    session.run("python", "-c", "import sys, openai; print(sys.version.split()[0], 'with openai', openai.__version__)")
    asked = session.posargs or ["-n", "logical", "--dist", "worksteal", "--ignore=tests/browser", "tests"]
    session.run("python", "-m", "pytest", "-q", "-p", "no:nbval", *asked)


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """Run the units with the lowest versions that are promised; words after ``--`` go to pytest."""
    constraints = Path(session.create_tmp()) / "lowest.txt"
    listed = session.run("python", "-m", "tests.lowest", silent=True)
    constraints.write_text(str(listed), encoding="utf-8")
    session.install("-q", "-e", ".[test-without-mcp]", "-c", str(constraints))
    asked = session.posargs or ["-n", "logical", "--dist", "worksteal", "--ignore=tests/browser", "tests"]
    session.run("python", "-m", "pytest", "-q", "-p", "no:nbval", *asked)


@nox.session(python=PYTHONS[0])
def everything(session: nox.Session) -> None:
    """Run every check there is, as CI does."""
    session.install("-q", "-e", ".[test]")
    session.run("python", "-m", "tests", *session.posargs)
