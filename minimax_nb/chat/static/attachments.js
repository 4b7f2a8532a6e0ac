/**
 * Pictures and videos for the next question: pasted, dropped, or chosen.
 *
 * A file goes to the kernel at once, which looks at it and gives it back small, or says why it cannot be sent.
 *
 * @import { Attached, Shared, State } from "./panel.js"
 */

import { button, fragment, make } from "./elements.js";

const LARGEST = 8_000_000; // a message of ten megabytes ends the line between page and Jupyter

/**
 * @param {Shared} shared
 * @param {any} kernel
 * @param {HTMLTextAreaElement} text where the question is typed
 */
export function attachments(shared, kernel, text) {
  const root = make("div", { className: "mm-files", hidden: true });
  const choose = /** @type {HTMLInputElement} */ (make("input", { type: "file", accept: "image/*,video/*", multiple: true, hidden: true }));
  const add = button("+", () => choose.click());
  add.classList.add("mm-add");
  add.ariaLabel = "Add a picture or video";
  add.title = "Add a picture or video. You can also paste or drop it";
  let painted = "";

  choose.addEventListener("change", () => {
    take(choose.files);
    choose.value = "";
  });

  /** @param {FileList | null | undefined} files */
  async function take(files) {
    shared.refused = [];
    for (const file of files ?? []) {
      if (file.size > LARGEST) {
        const megabytes = (file.size / 1_000_000).toFixed(0);
        shared.refused.push(`${file.name} has ${megabytes} MB, and the page can send 8. In a cell: chat([…, mm.picture("${file.name}", max_side=2000)])`);
        kernel.announce("This file is too large to be sent from the page");
      } else {
        kernel.attach(file.name, await file.arrayBuffer());
      }
    }
    text.focus();
    kernel.changed();
  }

  /** @param {Attached} file */
  function chip({ id, words, html }) {
    const remove = button("×", () => {
      kernel.tell({ do: "detach", id });
      text.focus();
    });
    remove.ariaLabel = `Remove: ${words}`;
    const small = make("div", { className: "mm-small" }, fragment(html));
    return make("div", { className: "mm-file" }, ...(html ? [small] : []), make("span", { textContent: words }), remove);
  }

  return {
    root,
    button: make("span", { className: "mm-choose" }, add, choose),

    /**
     * Takes what is pasted and dropped somewhere.
     * @param {HTMLElement} place
     */
    takeFrom(place) {
      place.addEventListener("paste", (event) => {
        const data = event.clipboardData;
        // What office programs copy is a text that has a picture beside it.
        if (shared.dead || !data?.files.length || data.getData("text/plain")) return;
        event.preventDefault();
        take(data.files);
      });
      for (const kind of /** @type {const} */ (["dragenter", "dragover", "dragleave", "drop"])) {
        place.addEventListener(kind, (event) => {
          if (shared.dead || !event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          event.stopPropagation();
          const within = event.relatedTarget instanceof Node && place.contains(event.relatedTarget);
          place.classList.toggle("mm-drop", kind !== "drop" && !(kind === "dragleave" && !within));
          if (kind === "drop") take(event.dataTransfer.files);
        });
      }
    },

    /** @param {State} state */
    paint({ attached }) {
      add.disabled = shared.dead;
      const sending = [...shared.sending.values()];
      const key = JSON.stringify([attached.map(({ id }) => id), sending, shared.refused]);
      if (key === painted) return;
      painted = key;
      const had = root.contains(document.activeElement);
      root.hidden = attached.length + sending.length + shared.refused.length === 0;
      root.replaceChildren(
        ...shared.refused.map((words) => make("div", { className: "mm-file mm-refused", textContent: words })),
        ...attached.map(chip),
        ...sending.map((name) => make("div", { className: "mm-file mm-sending", textContent: `Sending ${name}…` })),
      );
      if (had) text.focus();
    },
  };
}
