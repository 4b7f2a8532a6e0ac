/**
 * The page's end of a chat panel.
 *
 * The saved output is the conversation as plain HTML. While the kernel lives, the box takes its place in the page: it
 * looks for that HTML by a class name, hides it, and stands beside it. Answers are HTML made by the library's own
 * renderer, or live replies, which `live.js` paints; everything else goes into the page as text.
 *
 * @typedef {{ question: string, html: string, answer: string, note: string, live?: string }} Item a question and its answer
 * @typedef {{ question: string, model: string }} Live the question that is being answered, and the model of its reply
 * @typedef {{ phase: string, model: string, models: string[], tools: string[], queue: { id: string, text: string }[],
 *   asks: string | null, note: string, undo: boolean, returned: { id?: string, text?: string } }} Now
 * @typedef {{ items: Item[], live: Live | null, now: Now }} State
 * @typedef {{ text: string, since: number }} Pending a question on its way to the kernel
 */

const LONGEST_QUESTION = 2000;
const SLICE_MS = 8;
const PATIENCE_MS = 1500;
const RELEASE_MS = 3000;
const SAVED_MS = 2000;
const DONE_MS = 3000;

/** @type {Now} */
const NOTHING = { phase: "idle", model: "", models: [], tools: [], queue: [], asks: null, note: "", undo: false, returned: {} };

export default {
  /** @param {{ model: any }} context */
  async initialize({ model }) {
    const library = await model.widget_manager.get_model(model.get("library"));
    library.minimaxNb ??= import(URL.createObjectURL(new Blob([library.get("code")], { type: "text/javascript" })));
    const panel = open(model, library, await library.minimaxNb);
    return () => panel.close();
  },
};

/**
 * @param {any} model the panel's own model
 * @param {any} library the model that holds what live replies share
 * @param {any} live the module that paints them
 */
function open(model, library, live) {
  /** @type {State} */
  let state = { items: [], live: null, now: NOTHING };
  /** @type {Map<Element, ReturnType<typeof view>>} */
  const views = new Map();
  /** @type {Map<string, Promise<any>>} */
  const replies = new Map();
  /** @type {Map<string, Pending>} */
  const pending = new Map();
  const shared = { draft: "", thoughts: true, dead: false, took: "", pending };
  let painting = 0;
  const saved = savedOutputs(model, (/** @type {number} */ place) => live.tell(model, { do: "write", place }));

  const unfollow = live.follow(model, {
    begin() {
      state = { items: [], live: null, now: NOTHING };
    },
    /** @type {(operations: any[], moment: { news: boolean, latest: boolean }) => void} */
    take(operations, { news, latest }) {
      for (const [name, value, more] of operations) {
        if (name === "turns") state.items = [...state.items.slice(0, value), ...more];
        else if (name === "live") state.live = value;
        else if (name === "got") pending.delete(value);
        else if (name === "saved") saved.check(value);
        else if (name === "now") {
          if (news && value.asks && value.asks !== state.now.asks) live.announce(`May this tool run? ${value.asks}`);
          if (news && value.note && value.note !== state.now.note) live.announce(value.note);
          state.now = value;
        }
      }
      if (latest) paintSoon();
    },
  });

  function paintSoon() {
    painting ||= requestAnimationFrame(() => {
      painting = 0;
      let more = false;
      for (const each of views.values()) more = each.paint(state) || more;
      if (more) paintSoon();
    });
  }

  const kernel = {
    /** @param {object} message */
    tell: (message) => live.tell(model, message),
    /** @type {(text: string, again: boolean) => void} */
    ask(text, again) {
      const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
      pending.set(id, { text, since: performance.now() });
      live.tell(model, { do: "ask", id, text, again });
      setTimeout(paintSoon, PATIENCE_MS + 50);
      paintSoon();
    },
    announce: live.announce,
    /** @type {(name: string) => Promise<any>} */
    reply(name) {
      if (!replies.has(name)) {
        const listen = (/** @type {any} */ each) => {
          const reply = live.open(each, library);
          live.tell(each, "whole"); // a reply may have ended before anybody listened
          return reply;
        };
        replies.set(name, model.widget_manager.get_model(name).then(listen));
      }
      return /** @type {Promise<any>} */ (replies.get(name));
    },
    /** @type {(name: string) => void} */
    release(name) {
      setTimeout(() => {
        replies.get(name)?.then((reply) => reply.close());
        replies.delete(name);
      }, RELEASE_MS);
    },
    changed: paintSoon,
  };

  // The output may be shown later than this code runs, be drawn anew, or stand in the page twice.
  const marks = document.getElementsByClassName(`${model.get("mark")}-0`);
  const others = document.getElementsByClassName(`${model.get("mark")}-more`);
  /** @type {WeakMap<Element, Element>} */
  const hosts = new WeakMap();
  /** @type {Set<HTMLElement>} */
  const hidden = new Set();
  const observer = new MutationObserver(settle);
  observer.observe(document.body, { childList: true, subtree: true });

  function settle() {
    for (const [host, each] of views) {
      if (!each.root.isConnected) {
        each.remove();
        views.delete(host);
      }
    }
    for (const mark of marks) {
      if (views.has(/** @type {Element} */ (hosts.get(mark)))) continue;
      const host = /** @type {HTMLElement} */ (mark.closest(".jp-OutputArea-output") ?? mark);
      hosts.set(mark, host);
      if (views.has(host)) continue;
      const shown = view(shared, kernel, model.get("css"));
      views.set(host, shown);
      hide(host);
      host.after(shown.root);
      paintSoon();
    }
    for (const mark of others) {
      if (!hosts.has(mark)) hide(/** @type {HTMLElement} */ (mark.closest(".jp-OutputArea-child") ?? mark));
      hosts.set(mark, mark);
    }
  }

  /** @param {HTMLElement} element */
  function hide(element) {
    if (hidden.has(element)) return;
    hidden.add(element);
    element.style.display = "none";
  }

  async function onConnection() {
    const self = await model.widget_manager.get_model(model.get("me"));
    shared.dead = !self.comm_live;
    paintSoon();
  }

  model.on("comm_live_update", onConnection);
  settle();
  live.tell(model, "whole");

  return {
    close() {
      observer.disconnect();
      saved.close();
      unfollow();
      model.off("comm_live_update", onConnection);
      cancelAnimationFrame(painting);
      for (const each of views.values()) each.remove();
      for (const element of hidden) element.style.display = "";
    },
  };
}

/**
 * Keeps the saved outputs up to date in a page that was loaded after they were made: JupyterLab then no longer knows
 * which outputs the kernel's updates are for.
 * @param {any} model
 * @param {(place: number) => void} ask asks the kernel for what an output is to hold
 */
function savedOutputs(model, ask) {
  const notebook = model.widget_manager.context?.model;
  let timer = 0;

  /** @param {number} place */
  function find(place) {
    for (const cell of notebook.cells) {
      if (cell.type !== "code") continue;
      for (let index = 0; index < cell.outputs.length; index += 1) {
        const html = String(cell.outputs.get(index).data["text/html"] ?? "");
        if (html.startsWith(`<div class="${model.get("mark")}-${place} `)) return { cell, outputs: cell.outputs, index, html };
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
      if (!notebook?.cells || notebook.isDisposed) return;
      timer = window.setTimeout(() => {
        if (!find(0)) return;
        versions.forEach((version, place) => find(place)?.html.includes(` mm-version-${version}"`) || ask(place));
      }, SAVED_MS);
    },
    close() {
      clearTimeout(timer);
      model.off("msg:custom", onMessage);
    },
  };
}

/**
 * One box in the page.
 * @param {{ draft: string, thoughts: boolean, dead: boolean, took: string, pending: Map<string, Pending> }} shared
 * @param {any} kernel
 * @param {string} css
 */
function view(shared, kernel, css) {
  const select = /** @type {HTMLSelectElement} */ (make("select", { ariaLabel: "Model", title: "The model that answers the next question" }));
  const thoughts = button("Thinking", () => {
    shared.thoughts = !shared.thoughts;
    kernel.changed();
  });
  thoughts.title = "Show or hide what the model thought";
  const clear = button("Clear", () => kernel.tell({ do: "clear" }));
  clear.title = "Begin the conversation anew";
  const turns = make("div", { className: "mm-turns" });
  const talk = make("div", { className: "mm-talk", tabIndex: 0, role: "group", ariaLabel: "Conversation" }, turns);
  const notes = make("div", { className: "mm-notes" });
  const text = /** @type {HTMLTextAreaElement} */ (make("textarea", { rows: 1, ariaLabel: "Your question", value: shared.draft }));
  const send = button("Send", submit);
  const stop = button("Stop", () => {
    kernel.tell({ do: "stop" });
    text.focus();
  });
  send.classList.add("mm-primary");
  const composer = make("div", { className: "mm-composer" }, text, stop, send);
  const root = make(
    "div",
    { className: "mm-panel", role: "region", ariaLabel: "Chat" },
    make("style", { textContent: css }),
    make("div", { className: "mm-bar" }, select, make("span", { className: "mm-gap" }), thoughts, clear),
    talk,
    notes,
    composer,
  );

  // Keys typed here are not the notebook's, except the one that saves it.
  /** @param {KeyboardEvent} event */
  function guardKeys(event) {
    const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    root.toggleAttribute("data-lm-suppress-shortcuts", !saves);
  }
  window.addEventListener("keydown", guardKeys, { capture: true });

  /** @type {{ item: Item, node: HTMLElement }[]} */
  const shown = [];
  /** @type {{ live: Live, node: HTMLElement, hide: () => void } | null} */
  let growing = null;
  /** @type {{ stash: string } | null} */
  let editing = null;
  /** @type {State | null} */
  let state = null;
  let follows = true;
  let noted = "";
  let modelled = "";

  select.addEventListener("change", () => kernel.tell({ do: "model", name: select.value }));
  text.addEventListener("input", () => {
    if (!editing) shared.draft = text.value;
    send.disabled = !text.value.trim();
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
  talk.addEventListener("scroll", () => (follows = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 24), { passive: true });
  const sizes = new ResizeObserver(([{ target }]) => {
    if (follows) talk.scrollTop = talk.scrollHeight;
    // The box grows with its first answers; whoever types in it should not lose sight of it.
    if (target === root && document.activeElement === text) composer.scrollIntoView({ block: "nearest" });
  });
  sizes.observe(turns);
  sizes.observe(root);

  function submit() {
    const question = text.value;
    if (!question.trim() || shared.dead) return text.focus();
    const again = editing !== null;
    put(editing?.stash ?? "");
    editing = null;
    follows = true;
    kernel.ask(question, again);
    text.focus();
  }

  /** @param {string} words */
  function put(words) {
    text.value = shared.draft = words;
    send.disabled = !words.trim();
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

  const canEdit = () => state?.now.phase === "idle" && !editing && !shared.dead && shared.pending.size === 0;

  /** @param {State} next */
  function paint(next) {
    state = next;
    const { now } = next;
    const unfinished = paintTurns(next);
    paintLive(next);
    root.classList.toggle("mm-no-thoughts", !shared.thoughts);
    root.classList.toggle("mm-busy", now.phase !== "idle");
    thoughts.ariaPressed = String(shared.thoughts);
    for (const each of root.querySelectorAll(".mm-edit")) /** @type {HTMLElement} */ (each).hidden = !canEdit() || !isLast(each);
    clear.disabled = now.phase !== "idle" || shared.dead || next.items.length === 0;
    stop.hidden = !["answering", "stopping"].includes(now.phase) || shared.dead;
    stop.disabled = now.phase === "stopping";
    stop.textContent = now.phase === "stopping" ? "Stopping…" : "Stop";
    send.disabled = shared.dead || !text.value.trim();
    text.readOnly = shared.dead;
    text.placeholder = now.phase === "idle" ? `Ask ${now.model}…` : "Your next question…";
    text.title = "Enter sends, Shift-Enter breaks the line";
    select.disabled = shared.dead;
    paintModels(now);
    paintNotes(next);
    if (now.returned.id && now.returned.id !== shared.took) {
      shared.took = now.returned.id;
      put([now.returned.text, text.value].filter(Boolean).join("\n\n"));
      kernel.tell({ do: "took", id: shared.took });
    }
    return unfinished;
  }

  /** @param {Element} each */
  const isLast = (each) => shown.at(-1)?.node.contains(each) ?? false;

  /**
   * @param {State} next
   * @returns {boolean} whether there is more to paint
   */
  function paintTurns({ items }) {
    let same = 0;
    while (same < shown.length && shown[same].item === items[same]) same += 1;
    for (const { node } of shown.splice(same)) node.remove();
    const until = performance.now() + SLICE_MS;
    while (shown.length < items.length && performance.now() < until) {
      const item = items[shown.length];
      const grown = growing?.live.model === item.live ? growing : null;
      const node = grown?.node ?? turn(item.question);
      if (grown) {
        growing = null;
        whenDone(node, performance.now() + DONE_MS, (done) => {
          if (!done) {
            grown.hide();
            node.querySelector(".mm-body")?.replaceChildren(fragment(item.html));
          }
          finish(node, item);
          kernel.release(grown.live.model);
        });
      } else {
        node.querySelector(".mm-body")?.append(fragment(item.html));
        finish(node, item);
      }
      turns.insertBefore(node, growing?.node ?? null);
      shown.push({ item, node });
    }
    const blank = items.length === 0 && shared.pending.size === 0 && !state?.live;
    if (blank !== (turns.querySelector(".mm-blank") !== null)) {
      turns.querySelector(".mm-blank")?.remove();
      if (blank) turns.append(make("div", { className: "mm-blank", textContent: "No question yet. Cells and this box share one conversation." }));
    }
    return shown.length < items.length;
  }

  /** @param {State} next */
  function paintLive({ live, items }) {
    if (growing && growing.live.model !== live?.model && items.every((item) => item.live !== growing?.live.model)) {
      growing.hide();
      growing.node.remove();
      growing = null;
    }
    if (live && growing?.live.model !== live.model && !shown.some(({ item }) => item.live === live.model)) {
      const node = turn(live.question);
      const body = /** @type {HTMLElement} */ (node.querySelector(".mm-body"));
      const mine = { live, node, hide: () => {} };
      growing = mine;
      turns.append(node);
      kernel.reply(live.model).then(
        async (/** @type {any} */ reply) => (mine.hide = await reply.show(body)),
        () => {}, // the reply has ended meanwhile, and comes as HTML
      );
    }
    if (shared.dead) for (const status of root.querySelectorAll(".mm-status")) status.remove();
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

  /** @param {State} next */
  function paintNotes({ now }) {
    const waiting = [...shared.pending.values()];
    const late = waiting.some(({ since }) => performance.now() - since > PATIENCE_MS);
    const key = JSON.stringify([now, editing !== null, shared.dead, late, waiting.length]);
    if (key === noted) return;
    noted = key;
    const had = notes.contains(document.activeElement);
    /** @type {HTMLElement[]} */
    const list = [];
    if (shared.dead) {
      list.push(note("The kernel was restarted, and this box ended with it. Run the cell again to open another; what you typed stays here to be copied.", "mm-alarm"));
    }
    if (now.note) list.push(note(now.note, "mm-alarm"));
    if (now.asks) {
      const allow = button("Allow", () => kernel.tell({ do: "allow", yes: true }));
      allow.classList.add("mm-primary");
      list.push(note("May this tool run? ", "mm-ask", make("code", { textContent: now.asks }), allow, button("Refuse", () => kernel.tell({ do: "allow", yes: false }))));
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
    if (had) text.focus(); // the button that had the focus is gone
  }

  /**
   * @param {string} words
   * @param {string} kind
   * @param {...HTMLElement} more
   */
  function note(words, kind, ...more) {
    return make("div", { className: `mm-panel-note ${kind}` }, make("span", { textContent: words }), ...more);
  }

  /** @param {string} question */
  function turn(question) {
    const said = make("div", { className: "mm-question", textContent: brief(question, LONGEST_QUESTION) });
    said.prepend(make("span", { className: "mm-hidden", textContent: "You: " }));
    return make("div", { className: "mm-turn", role: "article" }, said, make("div", { className: "mm-body jp-RenderedHTMLCommon" }));
  }

  /**
   * The buttons of a turn that has ended.
   * @param {HTMLElement} node
   * @param {Item} item
   */
  function finish(node, item) {
    for (const block of node.querySelectorAll(".mm-body pre")) {
      const copying = button("Copy", () => copy(block.textContent ?? "", copying));
      copying.ariaLabel = "Copy this code";
      const frame = make("div", { className: "mm-code" });
      block.replaceWith(frame);
      frame.append(block, copying);
    }
    if (item.note) node.append(make("div", { className: "mm-left-out", textContent: item.note }));
    const actions = make("div", { className: "mm-actions" });
    if (item.answer.trim()) {
      const copying = button("Copy answer", () => copy(item.answer, copying));
      actions.append(copying);
    }
    const editing = button("Edit question", edit);
    editing.classList.add("mm-edit");
    editing.hidden = true;
    if (item.question) actions.append(editing);
    node.append(actions);
    kernel.changed();
  }

  /**
   * @param {string} words
   * @param {HTMLButtonElement} pressed
   */
  async function copy(words, pressed) {
    const label = pressed.dataset.label ?? pressed.textContent ?? "";
    pressed.dataset.label = label;
    const done = await toClipboard(words);
    pressed.textContent = done ? "Copied" : "Not allowed";
    kernel.announce(done ? "Copied" : "The browser did not allow copying");
    setTimeout(() => (pressed.textContent = label), 1500);
  }

  return {
    root,
    paint,
    remove() {
      growing?.hide();
      sizes.disconnect();
      window.removeEventListener("keydown", guardKeys, { capture: true });
      root.remove();
    },
  };
}

/**
 * Calls back once a live reply has painted its last frame: then its status line is gone.
 * @param {HTMLElement} node
 * @param {number} deadline when to give up on it
 * @param {(done: boolean) => void} then
 */
function whenDone(node, deadline, then) {
  const done = node.querySelector(".mm-live") !== null && node.querySelector(".mm-status") === null;
  if (done || performance.now() > deadline) then(done);
  else setTimeout(() => whenDone(node, deadline, then), 100);
}

/** @param {string} words */
async function toClipboard(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    // Not a secure page, or not allowed: the old way.
    const field = /** @type {HTMLTextAreaElement} */ (make("textarea", { value: words }));
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before?.focus();
    return done;
  }
}

/** @param {string} html of the library's own renderer */
function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/**
 * @param {string} words
 * @param {number} longest
 */
function brief(words, longest) {
  if (words.length <= longest) return words;
  return `${words.slice(0, longest)}… (${(words.length - longest).toLocaleString("en")} more characters)`;
}

/**
 * @param {string} label
 * @param {() => void} press
 */
function button(label, press) {
  const made = /** @type {HTMLButtonElement} */ (make("button", { type: "button", textContent: label }));
  made.addEventListener("click", press);
  return made;
}

/**
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...Node} children
 */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}
