/**
 * A box in the page: what stands around the conversation, and what is typed.
 *
 * @import { Now, Shared, State } from "./panel.js"
 */

import { attachments } from "./attachments.js";
import { conversation } from "./conversation.js";
import { brief, button, make } from "./elements.js";

/**
 * A name that no other box in the page has: a screen reader lists them.
 * @param {string} name
 */
function freeName(name) {
  const taken = new Set([...document.querySelectorAll(".mm-panel")].map((each) => each.ariaLabel));
  let number = 1;
  const numbered = () => (number === 1 ? name : `${name} ${number}`);
  while (taken.has(numbered())) number += 1;
  return numbered();
}

/**
 * @param {Shared} shared
 * @param {any} kernel
 * @param {string} css
 */
export function view(shared, kernel, css) {
  const select = /** @type {HTMLSelectElement} */ (make("select", { ariaLabel: "Model", title: "The model that answers the next question" }));
  const thoughts = button("Thinking", () => {
    shared.thoughts = !shared.thoughts;
    kernel.changed();
  });
  thoughts.title = "Show or hide what the model thought";
  const clear = button("Clear", () => kernel.tell({ do: "clear" }));
  clear.title = "Begin the conversation anew";
  const talk = conversation(shared, kernel, edit);
  const notes = make("div", { className: "mm-notes" });
  const why = /** @type {HTMLInputElement} */ (make("input", { ariaLabel: "Why the tool may not run", placeholder: "why not (optional)" }));
  const text = /** @type {HTMLTextAreaElement} */ (make("textarea", { rows: 1, ariaLabel: "Your question", value: shared.draft }));
  const send = button("Send", submit);
  const stop = button("Stop", () => {
    kernel.tell({ do: "stop" });
    text.focus();
  });
  send.classList.add("mm-primary");
  const fillWords = make("span");
  const fill = make("div", { className: "mm-fill", hidden: true }, make("div"), fillWords);
  const files = attachments(shared, kernel, text);
  const composer = make("div", { className: "mm-composer" }, files.button, text, stop, send);
  const root = make(
    "div",
    { className: "mm-panel", role: "region", ariaLabel: freeName("Chat") },
    make("style", { textContent: css }),
    make("div", { className: "mm-bar" }, select, make("span", { className: "mm-gap" }), thoughts, clear),
    talk.root,
    notes,
    fill,
    files.root,
    composer,
  );
  files.takeFrom(root);

  // Keys typed here are not the notebook's, except the one that saves it. The mark has to be where the focus is.
  /** @param {KeyboardEvent} event */
  function guardKeys(event) {
    const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    if (event.target instanceof Element && root.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", !saves);
  }
  window.addEventListener("keydown", guardKeys, { capture: true });

  /** @type {{ stash: string } | null} */
  let editing = null;
  /** @type {State | null} */
  let state = null;
  let noted = "";
  let modelled = "";

  select.addEventListener("change", () => kernel.tell({ do: "model", name: select.value }));
  text.addEventListener("input", () => {
    if (!editing) shared.draft = text.value;
    send.disabled = !isQuestion();
  });
  text.addEventListener("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composing) {
      event.preventDefault();
      submit();
    } else if (event.key === "Enter" && event.shiftKey && !composing) {
      event.preventDefault(); // JupyterLab keeps browsers from breaking the line here
      if (!document.execCommand("insertText", false, "\n")) text.setRangeText("\n", text.selectionStart, text.selectionEnd, "end");
    } else if (event.key === "Escape" && editing && !composing) {
      leaveEditing();
    } else if (event.key === "ArrowUp" && !text.value) {
      edit();
    }
  });
  why.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      decide(false);
    }
  });
  // The box grows with its first answers; whoever types in it should not lose sight of it.
  const sizes = new ResizeObserver(() => {
    talk.follow();
    if (document.activeElement === text) composer.scrollIntoView({ block: "nearest" });
  });
  sizes.observe(root);

  function submit() {
    const question = text.value;
    if (!isQuestion() || shared.dead) return text.focus();
    const again = editing !== null;
    put(editing?.stash ?? "");
    editing = null;
    talk.toEnd();
    kernel.ask(question, again);
    text.focus();
  }

  /** @param {boolean} yes */
  function decide(yes) {
    kernel.tell({ do: "allow", yes, why: why.value.trim() });
    why.value = "";
  }

  /** @param {string} words */
  function put(words) {
    text.value = shared.draft = words;
    send.disabled = !isQuestion();
  }

  function edit() {
    const last = state?.items.at(-1);
    if (!last || !canEdit()) return;
    editing = { stash: text.value };
    text.value = last.question;
    send.disabled = false;
    text.focus();
    kernel.changed();
  }

  function leaveEditing() {
    put(editing?.stash ?? "");
    editing = null;
    text.focus();
    kernel.changed();
  }

  /** Whether there is something to send; a picture alone will do, once it has arrived. */
  function isQuestion() {
    return shared.sending.size === 0 && (text.value.trim() !== "" || (state?.attached.length ?? 0) > 0);
  }

  const canEdit = () => state?.now.phase === "idle" && !editing && !shared.dead && shared.pending.size === 0;

  /** @param {State} next */
  function paint(next) {
    state = next;
    const { now } = next;
    const focused = root.contains(document.activeElement) ? /** @type {HTMLButtonElement} */ (document.activeElement) : null;
    const unfinished = talk.paint(next, canEdit());
    root.classList.toggle("mm-no-thoughts", !shared.thoughts);
    root.classList.toggle("mm-busy", now.phase !== "idle");
    root.classList.toggle("mm-asks", now.asks !== null);
    thoughts.ariaPressed = String(shared.thoughts);
    clear.disabled = now.phase !== "idle" || shared.dead || next.items.length === 0;
    stop.hidden = !["answering", "stopping"].includes(now.phase) || shared.dead;
    stop.disabled = now.phase === "stopping";
    stop.textContent = now.phase === "stopping" ? "Stopping…" : "Stop";
    send.disabled = shared.dead || !isQuestion();
    text.readOnly = shared.dead;
    if (shared.dead) text.placeholder = "";
    else text.placeholder = now.phase === "idle" ? `Ask ${now.model}…` : "Your next question…";
    text.title = "Enter sends, Shift-Enter breaks the line";
    select.disabled = shared.dead;
    if (shared.dead && shared.pending.size > 0) {
      put([...[...shared.pending.values()].map((each) => each.text), text.value].filter(Boolean).join("\n\n"));
      shared.pending.clear();
    }
    paintModels(now);
    paintFill(now);
    files.paint(next);
    paintNotes(next);
    if (now.returned.id && now.returned.id !== shared.took) {
      shared.took = now.returned.id;
      put([now.returned.text, text.value].filter(Boolean).join("\n\n"));
      kernel.tell({ do: "took", id: shared.took });
    }
    if (focused?.disabled || focused?.hidden) text.focus(); // a button that cannot be pressed any more
    return unfinished;
  }

  /** @param {Now} now */
  function paintModels({ models, model }) {
    const key = JSON.stringify([models, model]);
    if (key === modelled) return;
    modelled = key;
    const names = models.includes(model) ? models : [...models, model];
    select.replaceChildren(...names.map((name) => make("option", { value: name, textContent: name })));
    select.value = model;
  }

  /** @param {Now} now */
  function paintFill({ fill: { share, words } }) {
    fill.hidden = words === "";
    fillWords.textContent = words;
    fill.classList.toggle("mm-nearly-full", share >= 0.85);
    fill.style.setProperty("--mm-share", `${(100 * share).toFixed(1)}%`);
  }

  /** @param {State} next */
  function paintNotes({ now }) {
    const waiting = [...shared.pending.values()];
    const late = waiting.some((each) => each.late);
    const key = JSON.stringify([now, editing !== null, shared.dead, late, waiting.length]);
    if (key === noted) return;
    noted = key;
    const focused = document.activeElement;
    const had = notes.contains(focused);
    /** @type {HTMLElement[]} */
    const list = [];
    if (shared.dead) {
      list.push(note("The kernel that held this conversation has ended, and a new one knows nothing of it. Run the cells above again, then this one; what you typed stays here to be copied.", "mm-alarm"));
    }
    if (now.note) list.push(note(now.note, "mm-alarm"));
    if (now.asks) {
      const allow = button("Allow", () => decide(true));
      allow.classList.add("mm-primary");
      list.push(note("May this tool run? ", "mm-ask", make("code", { textContent: now.asks }), allow, button("Refuse", () => decide(false)), why));
    } else {
      why.value = "";
    }
    if (editing) list.push(note("Your last question, to be asked anew: the answer to it will be replaced. ", "", button("Keep it as it is", leaveEditing)));
    if (now.undo) list.push(note("Conversation cleared. ", "", button("Undo", () => kernel.tell({ do: "undo" }))));
    if (now.phase === "elsewhere") list.push(note("A cell is asking the model at the moment.", ""));
    for (const { id, text: words } of now.queue) {
      const back = button("Take back", () => {
        kernel.tell({ do: "unqueue", id });
        put([text.value, words].filter(Boolean).join("\n\n"));
        text.focus();
      });
      list.push(note("Next: ", "mm-next", make("span", { textContent: brief(words, 200) }), back));
    }
    for (const { text: words } of waiting) {
      const why = late ? "Waiting for the kernel, which may be busy with a cell: " : "Sending: ";
      list.push(note(why, "mm-next", make("span", { textContent: brief(words, 200) })));
    }
    notes.replaceChildren(...list);
    if (had) (focused === why && why.isConnected ? why : text).focus(); // a button that had the focus is gone
  }

  /**
   * @param {string} words
   * @param {string} kind
   * @param {...HTMLElement} more
   */
  function note(words, kind, ...more) {
    return make("div", { className: `mm-panel-note ${kind}` }, make("span", { textContent: words }), ...more);
  }

  return {
    root,
    paint,
    remove() {
      talk.remove();
      sizes.disconnect();
      window.removeEventListener("keydown", guardKeys, { capture: true });
      root.remove();
    },
  };
}
