"""What Python in a browser tab is made of: Pyodide, wheels for it, and the lock file that names them.

The lock is written here: Pyodide's own tool for it does not read the lock of this version (it has no ``info.version``).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Iterable

PROJECT = Path(__file__).resolve().parents[1]
LOCK = "pyodide-lock.json"

WANTED = (
    "openai>=3,<4", "httpx2-jsfetch", "anywidget", "ipywidgets", "markdown-it-py", "latex2mathml", "pygments",
    "starlette", "anyio", "pydantic", "micropip", "ipython", "jedi", "comm",
)  # fmt: skip
"""What the library needs in a tab, and what the kernel does. No uvicorn: there are no ports."""
DATA = ("numpy", "pandas", "matplotlib", "pillow")
"""What has no wheel for a tab but in Pyodide's own distribution."""
_IMPORTS = {"pillow": "PIL"}


class SiteError(Exception):
    """The site cannot be built: what is missing, and what to do."""


def fetch_core(version: str, folder: Path) -> None:
    """Put Pyodide's core into a folder, from the registry of npm.

    Args:
        version: Pyodide's, such as "314.0.6".
        folder: where its files go.

    Raises:
        SiteError: npm is missing, or does not find it.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise SiteError(
            "expected npm, which fetches Pyodide, found none: install Node.js, or name a folder with Pyodide's "
            "distribution (--pyodide)"
        )
    with TemporaryDirectory() as place:
        _run([npm, "pack", f"pyodide@{version}", "--pack-destination", place], f"pyodide {version} from npm")
        (archive,) = Path(place).glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(place, filter="data")
        shutil.copytree(
            Path(place, "package"), folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.map", "*.ts")
        )


def fetch_wheels(folder: Path, info: dict[str, str]) -> None:
    """Put wheels for a tab into a folder: from the index of pip, and the project's own.

    Args:
        folder: where they go.
        info: of Pyodide's lock: for which Python and which ABI.

    Raises:
        SiteError: pip does not find them, or the project cannot be built.
    """
    major, minor, *_ = info["python"].split(".")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    target = ["--only-binary", ":all:", "--platform", f"pyemscripten_{info['abi_version']}_wasm32"]
    target += [
        "--python-version",
        f"{major}.{minor}",
        "--implementation",
        "cp",
        "--abi",
        f"cp{major}{minor}",
        "--abi",
        "none",
    ]
    _run([*pip, "download", *target, "-d", str(folder), *WANTED], "wheels for a browser tab from the index of pip")
    _run([*pip, "wheel", "--no-deps", "-w", str(folder), str(PROJECT)], "the project's own wheel")


def write_placeholder(folder: Path) -> Path:
    """Write a wheel whose modules say, when they are imported, that this site has no such package.

    Args:
        folder: where it goes.
    """
    path = folder / "not_in_this_site-1.0-py3-none-any.whl"
    info = "not_in_this_site-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        for name in DATA:
            module = _IMPORTS.get(name, name)
            text = (
                f"raise ModuleNotFoundError(\"{name} is not a part of this site: it was built without Pyodide's own "
                f'packages. Run this lesson on your machine: minimax-nb lab", name={module!r})\n'
            )
            wheel.writestr(f"{module}/__init__.py", text)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: not-in-this-site\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def write_lock(folder: Path, wheels: Iterable[Path], *, keep: bool) -> list[str]:
    """Write the lock of a folder with Pyodide and wheels anew.

    Args:
        folder: with Pyodide's own lock, which is replaced.
        wheels: those in the folder that it is to name.
        keep: whether what the lock names already is there, too.

    Returns:
        The names of the wheels' packages.
    """
    path = folder / LOCK
    lock = json.loads(path.read_text(encoding="utf-8"))
    entries = {str(entry["name"]): entry for entry in map(_entry, wheels)}
    known = {**(lock["packages"] if keep else {}), **entries}
    for name, entry in entries.items():
        entry["depends"] = [
            each for each in _needs(folder / entry["file_name"], lock["info"]) if each in known and each != name
        ]
    path.write_text(json.dumps({**lock, "packages": known}), encoding="utf-8")
    return sorted(entries)


def lock_info(folder: Path) -> dict[str, str]:
    """Read for which Python and which ABI a folder with Pyodide is."""
    info: dict[str, str] = json.loads((folder / LOCK).read_text(encoding="utf-8"))["info"]
    return info


def _entry(wheel: Path) -> dict[str, Any]:
    name, version, _, _ = parse_wheel_filename(wheel.name)
    return {
        "name": name,
        "version": str(version),
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": _imports(wheel),
        "depends": [],
        "unvendored_tests": False,
        "tool": {},
    }


def _imports(wheel: Path) -> list[str]:
    """The modules at the top of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = [Path(name).parts for name in archive.namelist() if name.endswith((".py", ".so"))]
    tops = {parts[0].partition(".")[0] if len(parts) == 1 else parts[0] for parts in names}
    return sorted(top for top in tops if top.isidentifier())


def _needs(wheel: Path, info: dict[str, str]) -> list[str]:
    """The packages that a wheel needs in a tab."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = message_from_bytes(archive.read(name))
    in_a_tab = {
        "sys_platform": "emscripten",
        "platform_system": "Emscripten",
        "os_name": "posix",
        "platform_machine": "wasm32",
        "python_version": ".".join(info["python"].split(".")[:2]),
        "python_full_version": info["python"],
        "extra": "",
    }
    needs = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    return [canonicalize_name(need.name) for need in needs if need.marker is None or need.marker.evaluate(in_a_tab)]


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SiteError(f"expected to get {what}, got: {(done.stderr or done.stdout).strip()[-800:]}")
