// Runs the cells of lessons in Python as a browser tab has it, in Node.
//   node run_lessons.mjs FOLDER_WITH_PYODIDE LESSON_CELLS.py
// Reads the path of a lesson from each line, and writes a line of JSON for it: what its cells gave. Python is started
// once, which takes five times as long as the cells of a lesson.
import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";

const [folder, runner] = process.argv.slice(2);
const { loadPyodide } = await import(join(folder, "pyodide.mjs"));
const lock = JSON.parse(readFileSync(join(folder, "pyodide-lock.json"), "utf-8"));
const packages = Object.keys(lock.packages).filter((name) => !["pyodide-kernel", "ipykernel", "piplite"].includes(name));
const said = [];
const pyodide = await loadPyodide({ packages, stdout: (line) => said.push(line), stderr: (line) => said.push(line) });
pyodide.runPython(readFileSync(runner, "utf-8"));
const run = pyodide.globals.get("run_cells");

for await (const lesson of createInterface({ input: process.stdin })) {
  const home = `/home/pyodide/${basename(lesson)}`;
  const pictures = join(dirname(lesson), "pictures");
  pyodide.FS.mkdirTree(`${home}/pictures`);
  for (const name of readdirSync(pictures)) {
    pyodide.FS.writeFile(`${home}/pictures/${name}`, readFileSync(join(pictures, name)));
  }
  said.length = 0;
  try {
    process.stdout.write(`${await run.callPromising(readFileSync(lesson, "utf-8"), home)}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ failed: String(error), said })}\n`);
  }
}
process.exit(0);
