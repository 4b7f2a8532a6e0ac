"""Build the lessons as a site that runs in a browser tab: ``python -m notebooks.lite -o site``.

JupyterLite with Python in the tab (Pyodide): no server, no key, nothing to install. Any web server can serve the
folder: ``python -m http.server -d site``. Needs the extra ``lite`` and npm, which fetches Pyodide.

pandas, numpy, matplotlib and Pillow have wheels for a tab in Pyodide's own distribution alone. Where ``--pyodide``
names a folder with that, they are there; where not, the lessons that need them say so at their top.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from notebooks.offline import FOLDER, lessons
from notebooks.pyodide_packages import (
    DATA,
    LOCK,
    PROJECT,
    SiteError,
    fetch_core,
    fetch_wheels,
    lock_info,
    write_lock,
    write_placeholder,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
NOT_IN_A_TAB = {
    "14_tools_from_servers": "starts MCP servers, which are programs of their own. A browser tab can start none.",
}
"""Lessons that no tab can run, and why."""
OTHERWISE = {
    "00_start_here": (
        "the toolbar's ■ reaches no cell that runs; press *Stop* below the reply. Section 5 is for your machine."
    ),
}
"""Lessons in which something is otherwise than they say."""
NEEDS_DATA = (
    "01_quick_start", "02_streaming", "04_many_tools", "06_errors", "08_models_and_speed", "10_compare",
    "11_a_prompt_for_each_row", "12_structured_answers", "13_the_next_day", "16_pictures",
)  # fmt: skip
"""Lessons with cells that need pandas or its kin."""


def build(site: Path, pyodide: Path | None = None) -> None:
    """Build the site.

    Args:
        site: the folder to write; replaced if it is there.
        pyodide: a folder with Pyodide's whole distribution; None for its core from npm, without pandas.

    Raises:
        SiteError: something that is needed is missing.
    """
    if find_spec("jupyterlite_pyodide_kernel") is None:
        raise SiteError("expected the extra lite, found it missing: python -m pip install -e '.[lite]'")
    with TemporaryDirectory() as place:
        lite_dir = Path(place)
        packages = _write_pyodide(lite_dir / "static" / "pyodide", pyodide)
        _write_contents(lite_dir / "files", whole=pyodide is not None)
        _write_settings(lite_dir, packages)
        command = [sys.executable, "-m", "jupyterlite_core.app", "build", "--lite-dir", str(lite_dir)]
        command += ["--contents", str(lite_dir / "files"), "--output-dir", str(lite_dir / "site")]
        command += ["--apps", "lab", "--apps", "notebooks", "--no-sourcemaps"]
        done = subprocess.run(command, cwd=lite_dir, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SiteError(
                f"expected JupyterLite to build the site, got: {(done.stderr or done.stdout).strip()[-2000:]}"
            )
        if site.exists():
            shutil.rmtree(site)
        shutil.copytree(lite_dir / "site", site)


def _write_pyodide(folder: Path, distribution: Path | None) -> list[str]:
    """Write Pyodide with all packages; give the names of those that are loaded at the start."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    folder.mkdir(parents=True)
    if distribution is None:
        fetch_core(PYODIDE_VERSION, folder)
    elif not (distribution / LOCK).is_file():
        raise SiteError(f"expected a folder with Pyodide's distribution, found no {LOCK} in {str(distribution)!r}")
    else:
        shutil.copytree(distribution, folder, dirs_exist_ok=True)
    wheels = folder.parent / "wheels"
    wheels.mkdir()
    fetch_wheels(wheels, lock_info(folder))
    for wheel in _kernel_wheels():
        shutil.copy(wheel, wheels)
    if distribution is None:
        write_placeholder(wheels)
    named = [Path(shutil.move(wheel, folder / wheel.name)) for wheel in sorted(wheels.iterdir())]
    wheels.rmdir()
    return write_lock(folder, named, keep=distribution is not None)


def _kernel_wheels() -> list[Path]:
    """The kernel's own wheels; its stand-ins for ipykernel and widgetsnbextension among them."""
    import jupyterlite_pyodide_kernel

    prefix = Path(jupyterlite_pyodide_kernel.__file__).parents[4]
    folder = prefix / "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
    wheels = sorted(folder.glob("*.whl"))
    return [wheel for wheel in wheels if not wheel.name.startswith("widgetsnbextension-3")]


def _write_contents(folder: Path, *, whole: bool) -> None:
    """Write the lessons, without what a site does not need, and with a word at the top where something is missing."""
    folder.mkdir()
    shutil.copytree(FOLDER / "pictures", folder / "pictures")
    shutil.copy(FOLDER / "README.md", folder)
    for path in lessons():
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if (word := _word(path.stem, whole=whole)) is not None:
            cell = {"cell_type": "markdown", "id": "in-a-tab", "metadata": {}, "source": f"> **In this tab:** {word}"}
            notebook["cells"].insert(1, cell)
        notebook["metadata"]["kernelspec"] = {
            "name": "python",
            "display_name": "Python (Pyodide)",
            "language": "python",
        }
        (folder / path.name).write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def _word(lesson: str, *, whole: bool) -> str | None:
    if lesson in OTHERWISE:
        return OTHERWISE[lesson]
    if lesson in NOT_IN_A_TAB:
        return f"this lesson {NOT_IN_A_TAB[lesson]} Read it here, and run it on your machine: `minimax-nb lab`."
    if lesson in NEEDS_DATA and not whole:
        return (
            f"some cells need {', '.join(DATA[:-1])} or {DATA[-1]}, which this site was built without. They say so; "
            "the others run. On your machine all do: `minimax-nb lab`."
        )
    return None


def _write_settings(lite_dir: Path, packages: Sequence[str]) -> None:
    """Write what JupyterLite is to know: nothing comes from another host, and Python is ready with all packages."""
    settings: dict[str, Any] = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "minimax_nb",
            "litePluginSettings": {
                KERNEL: {"disablePyPIFallback": True, "loadPyodideOptions": {"packages": list(packages)}}
            },
        },
    }
    (lite_dir / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Build the site; the exit code says whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m notebooks.lite", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=PROJECT / "site", help="the folder to write; default site")
    parser.add_argument(
        "--pyodide", type=Path, help="a folder with Pyodide's whole distribution, for pandas and its kin"
    )
    options = parser.parse_args(arguments)
    try:
        build(options.output, options.pyodide)
    except SiteError as error:
        print(f"notebooks.lite: {error}", file=sys.stderr)
        return 1
    print(f"built: {options.output}; serve it with: python -m http.server -d {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
