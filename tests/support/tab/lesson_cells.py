"""Run in a tab's Python by ``run_lessons.mjs``: the cells of ``LESSON``, one after the other; gives what each left."""

import json
import os

os.environ |= {"MINIMAX_NB_SPEED": "max", "MINIMAX_NB_DISPLAY": "static", "COLUMNS": "80"}

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance(colors="nocolor")
cells = []
for cell in json.loads(LESSON)["cells"]:
    if cell["cell_type"] != "code":
        continue
    source = "".join(cell["source"])
    with capture_output() as seen:
        result = await shell.run_cell_async(source, store_history=True, transformed_cell=shell.transform_cell(source))
    error = result.error_before_exec or result.error_in_exec
    cells.append(
        {
            "stdout": seen.stdout,
            "stderr": seen.stderr,
            "plain": [(output.data or {}).get("text/plain") for output in seen.outputs],
            "error": None if error is None else f"{type(error).__name__}: {error}",
        }
    )
json.dumps(cells)
