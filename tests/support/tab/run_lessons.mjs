// Runs the cells of lessons in Python as a browser tab has it, in Node.
//   node run_lessons.mjs FOLDER_WITH_PYODIDE LESSON_CELLS.py LESSON.ipynb…
// Writes a line of JSON a lesson: what its cells gave.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const [folder, runner, ...lessons] = process.argv.slice(2);
const { loadPyodide } = await import(join(folder, "pyodide.mjs"));
const lock = JSON.parse(readFileSync(join(folder, "pyodide-lock.json"), "utf-8"));
const packages = Object.keys(lock.packages).filter((name) => !["pyodide-kernel", "ipykernel", "piplite"].includes(name));

for (const lesson of lessons) {
  const said = [];
  const pyodide = await loadPyodide({ packages, stdout: (line) => said.push(line), stderr: (line) => said.push(line) });
  const pictures = join(dirname(lesson), "pictures");
  pyodide.FS.mkdir("pictures");
  for (const name of readdirSync(pictures)) pyodide.FS.writeFile(`pictures/${name}`, readFileSync(join(pictures, name)));
  try {
    pyodide.runPython(readFileSync(runner, "utf-8"));
    const seen = await pyodide.globals.get("run_cells").callPromising(readFileSync(lesson, "utf-8"));
    process.stdout.write(`${seen}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ failed: String(error), said })}\n`);
  }
}
process.exit(0);
