/** The outputs that a panel leaves in the notebook. */

const SAVED_MS = 2000;

/**
 * Keeps the saved outputs up to date in a page that was loaded after they were made: JupyterLab then no longer knows
 * which outputs the kernel's updates are for.
 * @param {any} model
 * @param {(place: number) => void} ask asks the kernel for what an output is to hold
 */
export function savedOutputs(model, ask) {
  const notebook = model.widget_manager.context?.model;
  const marks = model.get("marks");
  let timer = 0;

  /** @param {number} place */
  function find(place) {
    if (!notebook?.cells || notebook.isDisposed) return null; // not JupyterLab's, or closed meanwhile
    for (const cell of notebook.cells) {
      if (cell.type !== "code") continue;
      for (let index = 0; index < cell.outputs.length; index += 1) {
        const html = String(cell.outputs.get(index).data["text/html"] ?? "");
        if (html.startsWith(`<div class="${marks.place}${place} `)) return { cell, outputs: cell.outputs, index, html };
      }
    }
    return null;
  }

  /** @type {(message: any) => void} */
  function onMessage({ write, place }) {
    if (!write) return;
    const first = find(0);
    const found = find(place);
    const output = { output_type: "display_data", data: write, metadata: {} };
    if (found) found.outputs.set(found.index, output);
    else first?.outputs.add(output);
  }

  model.on("msg:custom", onMessage);
  return {
    /** @param {number[]} versions */
    check(versions) {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        if (!find(0)) return;
        versions.forEach((version, place) => find(place)?.html.includes(` ${marks.version}${version}"`) || ask(place));
      }, SAVED_MS);
    },
    close() {
      clearTimeout(timer);
      model.off("msg:custom", onMessage);
    },
  };
}
