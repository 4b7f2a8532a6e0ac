/**
 * The page's end of a live reply: frames in, panels out.
 *
 * Loaded once per kernel session. All HTML in the frames was made by the library's own renderer, which escapes whatever
 * the model wrote; nothing else is ever put into the page.
 *
 * @typedef {[number, number, number, string]} Splice region, block, how many characters its HTML loses at its end, new ones
 * @typedef {Splice | [string, any]} Operation a splice, or a named value of the whole view
 * @typedef {{ phase: string, regions: string[][] }} State the HTML of every block of every region, and what is going on
 * @typedef {{ news: boolean, latest: boolean }} Moment whether a frame has just happened, and whether none is known after it
 * @typedef {{ node: Element, html: string }} Block a block in the page, and the HTML that it shows
 */

const REGIONS = [".mm-thoughts > div", ".mm-answer", ".mm-calls", ".mm-thoughts > summary", ".mm-note", ".mm-footer", ".mm-past"];
const THOUGHTS = 0;
const LABEL = 3;
const FOOTER = 5;

/** What ends each flushed piece of a deflate stream; the kernel leaves it out. */
const TAIL = new Uint8Array([0, 0, 255, 255]);

/** @type {Record<string, string>} */
const STATUS = {
  thinking: "Thinking…",
  answering: "Writing the answer…",
  calling: "Writing a tool call…",
  working: "Running the tools…",
  resuming: "Waiting for the next reply…",
};

/**
 * Follows the frames of a model, and asks for all of them where one is missing.
 * @param {any} model `log` and `n` (the frames so far), then a message for each further frame
 * @param {{ begin(): void, take(operations: any[], moment: Moment): void }} reader told of each beginning, and of each frame
 */
export function follow(model, reader) {
  /** @type {ReturnType<typeof inflate>} */
  let pipe;
  let expected = 0;
  let silent = 0;
  let asked = false;

  function restart() {
    pipe?.close();
    reader.begin();
    expected = silent = model.get("n");
    asked = false;
    pipe = inflate(take, ask);
    const log = bytes(model.get("log"));
    if (log.length) pipe.write(log);
  }

  function ask() {
    if (!asked) {
      asked = true;
      model.send("whole");
    }
  }

  function onSnapshot() {
    if (model.get("n") > expected || asked) restart();
  }

  /** @type {(number: any, buffers: any[]) => void} */
  function onFrame(number, buffers) {
    if (number === expected) {
      expected += 1;
      pipe.write(bytes(buffers[0]));
    } else if (number > expected) {
      ask();
    }
  }

  /** @param {any[]} operations */
  function take(operations) {
    const news = silent === 0;
    if (!news) silent -= 1;
    reader.take(operations, { news, latest: silent === 0 });
  }

  model.on("change:log", onSnapshot);
  model.on("msg:custom", onFrame);
  restart();
  return () => {
    model.off("change:log", onSnapshot);
    model.off("msg:custom", onFrame);
    pipe.close();
  };
}

/**
 * Begins to listen to one reply.
 * @param {any} model the reply's own model
 * @param {any} library the model that holds what all replies share
 */
export function open(model, library) {
  const since = performance.now();
  /** @type {Set<ReturnType<typeof view>>} */
  const views = new Set();
  /** @type {State} */
  let state = { phase: "waiting", regions: [] };
  let hadViews = false;
  let painting = 0;

  const close = follow(model, {
    begin() {
      state = { phase: "waiting", regions: REGIONS.map(() => []) };
    },
    take: apply,
  });

  /**
   * @param {Operation[]} operations
   * @param {Moment} moment
   */
  function apply(operations, { news, latest }) {
    for (const operation of operations) {
      if (operation.length === 4) {
        const [region, block, cut, text] = operation;
        const blocks = state.regions[region];
        const html = blocks[block] ?? "";
        blocks[block] = html.slice(0, html.length - cut) + text;
      } else if (operation[0] === "phase") {
        if (news && state.phase === "waiting") announce("The model is answering");
        state.phase = operation[1];
        if (state.phase === "done") tellViews();
      } else if (operation[0] === "clear") {
        for (const region of operation[1]) state.regions[region] = [];
      } else if (operation[0] === "say" && news) {
        announce(operation[1]);
      }
    }
    if (latest) paintSoon();
  }

  function paintSoon() {
    painting ||= requestAnimationFrame(() => {
      painting = 0;
      for (const each of views) each.paint(state);
    });
  }

  // Static output replaces the view when the reply ends; the kernel keeps the model for pages which that did not reach.
  function tellViews() {
    setTimeout(() => views.size > 0 && tell(model, { views: views.size }), 1000);
    setTimeout(() => hadViews && views.size === 0 && tell(model, { views: 0 }), 4000);
  }

  return {
    /** @param {HTMLElement} el */
    show(el) {
      const shown = view(el, library, since);
      views.add(shown);
      hadViews = true;
      shown.paint(state);
      return () => {
        views.delete(shown);
        shown.remove();
      };
    },
    close() {
      close();
      cancelAnimationFrame(painting);
    },
  };
}

/**
 * One view of a reply.
 * @param {HTMLElement} el
 * @param {any} library
 * @param {number} since when the reply was asked for
 */
function view(el, library, since) {
  const root = document.createElement("div");
  root.className = "mm-live jp-RenderedHTMLCommon";
  root.innerHTML = library.get("shell");
  const style = document.createElement("style");
  style.textContent = library.get("css");
  root.prepend(style);
  el.append(root);

  const parts = REGIONS.map((selector) => /** @type {HTMLElement} */ (root.querySelector(selector)));
  const thoughts = /** @type {HTMLDetailsElement} */ (root.querySelector(".mm-thoughts"));
  const box = parts[THOUGHTS];
  const status = document.createElement("span");
  status.className = "mm-status";
  parts[FOOTER].append(status);
  const label = document.createElement("span");
  parts[LABEL].append(label);
  box.tabIndex = 0;

  /** @type {Block[][]} */
  const shown = REGIONS.map(() => []);
  let touched = false;
  let phase = "";
  parts[LABEL].addEventListener("click", () => (touched = true));

  const clock = setInterval(tick, 100);
  function tick() {
    const seconds = (performance.now() - since) / 1000;
    status.textContent = `Waiting for the first token… ${seconds.toFixed(1)} s`;
  }

  /** @param {string} next */
  function enter(next) {
    phase = next;
    if (phase === "waiting") return tick();
    clearInterval(clock);
    status.textContent = STATUS[phase] ?? "";
    if (phase === "done") status.remove();
    if (!touched) thoughts.open = phase === "thinking";
    label.textContent = phase === "thinking" ? "Thinking" : "Thought";
  }

  return {
    /** @param {State} state */
    paint(state) {
      const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 8;
      if (state.phase !== phase) enter(state.phase);
      state.regions.forEach((blocks, region) => {
        if (region === LABEL && blocks.length) label.remove();
        paintBlocks(parts[region], shown[region], blocks, region === LABEL || region === FOOTER ? "span" : "div");
      });
      thoughts.hidden = !state.regions[THOUGHTS].some(Boolean);
      // A reply that ends while it thinks keeps its thoughts on show.
      if (phase === "done" && !touched && !state.regions[1].some(Boolean) && !state.regions[2].some(Boolean)) thoughts.open = true;
      if (follows) box.scrollTop = box.scrollHeight;
    },
    remove() {
      clearInterval(clock);
      root.remove();
    },
  };
}

/**
 * Makes the page show these blocks; blocks that have not changed are not touched, so a selection in them survives.
 * @param {Element} parent
 * @param {Block[]} shown
 * @param {string[]} blocks
 * @param {string} tag
 */
function paintBlocks(parent, shown, blocks, tag) {
  for (let index = 0; index < blocks.length; index += 1) {
    if (index === shown.length) {
      shown.push({ node: document.createElement(tag), html: "" });
      parent.append(shown[index].node);
    }
    const block = shown[index];
    const html = blocks[index] ?? "";
    if (block.html === html) continue;
    if (!appendText(block, html)) {
      const template = document.createElement("template");
      template.innerHTML = html;
      morph(block.node, template.content);
    }
    block.html = html;
  }
  for (const extra of shown.splice(blocks.length)) extra.node.remove();
}

/**
 * The common case of a growing block: nothing but text is new, before the tags that close it. Costs no parsing.
 * @param {Block} block
 * @param {string} html
 * @returns {boolean} whether that was the case, and done
 */
function appendText(block, html) {
  const closing = /(?:<\/[a-z0-9]+>\s*)+$/.exec(block.html.slice(-200))?.[0];
  if (!closing || !html.endsWith(closing)) return false;
  const kept = block.html.length - closing.length;
  if (html.length < block.html.length || !html.startsWith(block.html.slice(0, kept))) return false;
  const added = html.slice(kept, html.length - closing.length);
  if (added.includes("<")) return false;
  /** @type {Element | null} */
  let node = block.node;
  for (const _ of closing.matchAll(/<\//g)) node = node?.lastElementChild ?? null;
  if (!node) return false;
  const text = added.includes("&") ? decode(added) : added;
  if (node.lastChild instanceof Text && node.lastChild.length < 2000) node.lastChild.appendData(text);
  else node.append(text);
  return true;
}

/** @param {string} html text with entities, without tags */
function decode(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.textContent ?? "";
}

/**
 * Makes `old` hold what `fresh` holds, reusing its nodes.
 * @param {Node} old
 * @param {Node} fresh
 */
function morph(old, fresh) {
  let have = old.firstChild;
  for (const want of [...fresh.childNodes]) {
    const next = have?.nextSibling ?? null;
    if (!have) old.appendChild(want);
    else if (have.nodeName !== want.nodeName) old.replaceChild(want, have);
    else if (have instanceof CharacterData) setText(have, want.nodeValue ?? "");
    else if (!have.isEqualNode(want)) {
      copyAttributes(/** @type {Element} */ (have), /** @type {Element} */ (want));
      morph(have, want);
    }
    have = next;
  }
  while (have) {
    const next = have.nextSibling;
    have.remove();
    have = next;
  }
}

/**
 * @param {CharacterData} node
 * @param {string} text
 */
function setText(node, text) {
  if (text.startsWith(node.data)) node.appendData(text.slice(node.length));
  else node.data = text;
}

/**
 * @param {Element} have
 * @param {Element} want
 */
function copyAttributes(have, want) {
  // Whether a panel is open is the reader's business once it is there.
  for (const { name } of [...have.attributes]) if (name !== "open" && !want.hasAttribute(name)) have.removeAttribute(name);
  for (const { name, value } of [...want.attributes]) {
    if (name !== "open" && have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
}

/**
 * Unpacks one raw deflate stream piece by piece.
 * @param {(operations: Operation[]) => void} take receives each frame
 * @param {() => void} failed is told that the stream cannot be read on
 */
function inflate(take, failed) {
  const stream = new DecompressionStream("deflate-raw");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const decoder = new TextDecoder();
  let closed = false;
  let rest = "";
  (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done || closed) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(JSON.parse(line));
    }
  })().catch(() => closed || failed());
  return {
    /** @param {Uint8Array<ArrayBuffer>} piece */
    write(piece) {
      for (const part of [piece, TAIL]) writer.write(part).catch(() => {}); // the reader hears of it
    },
    close() {
      closed = true;
      writer.abort().catch(() => {});
    },
  };
}

/**
 * @param {any} buffer a DataView, an ArrayBuffer or nothing
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytes(buffer) {
  if (!buffer) return new Uint8Array();
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(/** @type {ArrayBuffer} */ (buffer.buffer), buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}

/**
 * @param {any} model
 * @param {object} message
 */
export function tell(model, message) {
  try {
    model.send(message);
  } catch {
    // The kernel is gone, and the model with it.
  }
}

/**
 * Says something once to screen readers, from a place that outlives the view.
 * @param {string} words
 */
export function announce(words) {
  let place = document.getElementById("minimax-nb-announcer");
  if (!place) {
    place = document.createElement("div");
    place.id = "minimax-nb-announcer";
    place.setAttribute("role", "status");
    place.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";
    document.body.append(place);
  }
  place.textContent = words;
}
