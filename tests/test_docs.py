"""What the pages for contributors name is there, and the map they draw is the one that imports are held to."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from minimax_nb.render.regions import Region

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("tests/**/README.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]*)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"(?:minimax_nb|tests|notebooks|docs|server|message|stream)/[\w./*-]*")
ROOMS = re.compile(r"^\| `(\w+)` \| (\d) \|", re.MULTILINE)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    return FENCE.sub("", read(page))


def anchors(page: Path) -> set[str]:
    """The names under which headings can be linked to, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def cases(pattern: re.Pattern[str]) -> list[object]:
    return [
        pytest.param(page, found, id=f"{page.relative_to(ROOT)}-{found}")
        for page in PAGES
        for found in dict.fromkeys(pattern.findall(prose(page)))
    ]


def test_the_pages_that_a_contributor_looks_for_are_there() -> None:
    names = {str(page.relative_to(ROOT)) for page in PAGES}
    assert {"CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/frame-protocol.md"} <= names
    linked = {target for page in PAGES for target in LINK.findall(prose(page))}
    for page in (ROOT / "docs").glob("*.md"):
        assert any(target.endswith(page.name) for target in linked), f"nothing leads to {page.name}"


@pytest.mark.parametrize(("page", "target"), cases(LINK))
def test_links_lead_somewhere(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    there = page.parent / path if path else page
    assert there.exists(), f"{page.name} links {target}, which is not there: mend the link, or the move"
    if anchor:
        assert anchor in anchors(there), f"{there.name} has no heading for #{anchor}: {sorted(anchors(there))}"


@pytest.mark.parametrize(("page", "code"), cases(CODE))
def test_files_that_are_named_exist(page: Path, code: str) -> None:
    for path in PATH.findall(code):
        roots = (ROOT, ROOT / "minimax_nb")
        assert any(list(root.glob(path.rstrip("/"))) for root in roots), f"{page.name} names {path}, which is not there"


@pytest.mark.parametrize("page", [ROOT / "docs" / "architecture.md"], ids=["architecture"])
def test_the_map_is_the_one_that_imports_are_held_to(page: Path) -> None:
    drawn = {room: int(floor) for room, floor in ROOMS.findall(read(page))}
    assert drawn == floors(), f"bring the table in {page.name} up to tests/test_house.py"


def floors() -> dict[str, int]:
    """The table in ``test_house.py``, read and not imported: tests are no package."""
    tree = ast.parse(read(ROOT / "tests" / "test_house.py"))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "FLOORS":
            assert node.value is not None
            found: dict[str, int] = ast.literal_eval(node.value)
            return found
    raise AssertionError("expected FLOORS in tests/test_house.py, found none")


def protocol_names(heading: str) -> set[str]:
    """The names of the operations in a table of the protocol's page."""
    page = read(ROOT / "docs" / "frame-protocol.md")
    part = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r'`\["(\w+)"', part))


@pytest.mark.parametrize(
    ("heading", "module"),
    [
        ("Operations of a live view", "minimax_nb/widgets/operations.py"),
        ("Operations of a panel", "minimax_nb/chat/panel_operations.py"),
    ],
)
def test_the_protocol_names_the_operations_that_there_are(heading: str, module: str) -> None:
    known = set(re.findall(r'tuple\[Literal\["(\w+)"\]', read(ROOT / module)))
    assert known
    assert protocol_names(heading) == known


def test_the_protocol_names_the_regions_that_there_are() -> None:
    table = re.findall(r"^\| (\d) \| (\w+) \|", read(ROOT / "docs" / "frame-protocol.md"), re.MULTILINE)
    assert [(int(number), name) for number, name in table] == [(int(one), one.name.lower()) for one in Region]


def test_what_ci_runs_is_there() -> None:
    for path in re.findall(r"(?<![\w.])tests/[\w./]+", read(ROOT / ".ci" / "run")):
        assert (ROOT / path).exists(), f".ci/run names {path}, which is not there: has it moved?"


def test_every_python_that_is_tested_is_named_and_no_other() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    named = {each.rpartition(" ")[2] for each in project["classifiers"] if re.search(r":: 3\.\d+$", each)}
    tested = re.search(r"PYTHONS = (\[.*?\])", read(ROOT / "noxfile.py"))
    assert tested is not None
    assert named <= set(ast.literal_eval(tested[1]))
    assert project["requires-python"].removeprefix(">=") in named
