/**
 * What a page shows of one live reply: panels, blocks in them, and a line that says what is going on.
 *
 * @typedef {import("./live.js").State} State
 * @typedef {{ node: Element, html: string }} Block a block in the page, and the HTML that it shows
 */

/** How long the static output may take to come. */
const PATIENCE_MS = 1000;

/** @type {Partial<Record<State["phase"] | "", (tool: string) => string>>} */
const STATUS = {
  thinking: () => "Thinking…",
  answering: () => "Writing the answer…",
  calling: () => "Writing a tool call…",
  asking: (tool) => `Waiting for permission to run ${tool}…`,
  working: (tool) => `Running ${tool}…`,
  resuming: () => "Waiting for the next reply…",
};

/**
 * JupyterLab goes from cell to cell with the arrows, wherever the focus is; a box of ours that scrolls has them first.
 * @param {KeyboardEvent} event
 */
function guardArrows({ target, key, ctrlKey, shiftKey, altKey, metaKey }) {
  if (!(target instanceof HTMLElement) || !target.matches(".jp-OutputArea-output [tabindex]")) return;
  const across = ["ArrowLeft", "ArrowRight"].includes(key) && target.scrollWidth > target.clientWidth;
  const along = ["ArrowUp", "ArrowDown"].includes(key) && target.scrollHeight > target.clientHeight;
  target.toggleAttribute("data-lm-suppress-shortcuts", (across || along) && !(ctrlKey || shiftKey || altKey || metaKey));
}
window.addEventListener("keydown", guardArrows, { capture: true });

/**
 * One view of a reply.
 * @param {HTMLElement} el
 * @param {any} sharedCode the model that holds what all replies share
 * @param {number} since when the reply was asked for
 */
export function view(el, sharedCode, since) {
  const root = document.createElement("div");
  root.className = "mm-live jp-RenderedHTMLCommon";
  root.innerHTML = sharedCode.get("shell");
  const style = document.createElement("style");
  style.textContent = sharedCode.get("css");
  root.prepend(style);
  el.append(root);

  /** @type {[string, string][]} names and selectors; a frame calls a region by its place among them */
  const regions = sharedCode.get("regions");
  const parts = regions.map(([, selector]) => /** @type {HTMLElement} */ (root.querySelector(selector)));
  const [THOUGHTS, ANSWER, CALLS, LABEL, FOOTER] = ["thoughts", "answer", "calls", "label", "footer"].map((name) =>
    regions.findIndex(([each]) => each === name),
  );
  const box = parts[THOUGHTS];
  const thoughts = /** @type {HTMLDetailsElement} */ (box.parentElement);
  const status = document.createElement("span");
  status.className = "mm-status";
  parts[FOOTER].append(status);
  const label = document.createElement("span");
  parts[LABEL].append(label);
  Object.assign(box, { tabIndex: 0, role: "group", ariaLabel: "Thinking" });
  const stop = stopButton(sharedCode.get("stop"));
  if (stop && !el.closest(".mm-panel")) parts[FOOTER].append(stop);

  /** @type {Block[][]} */
  const shown = regions.map(() => []);
  let touched = false;
  /** @type {State["phase"] | ""} */
  let phase = "";
  parts[LABEL].addEventListener("click", () => (touched = true));

  const clock = setInterval(tick, 100);
  function tick() {
    const seconds = (performance.now() - since) / 1000;
    status.textContent = `Waiting for the first token… ${seconds.toFixed(1)} s`;
  }

  // Its reply is whole; "done" says besides that the view will now give way to static output.
  function over() {
    return phase === "whole" || phase === "done";
  }

  /** @param {State["phase"]} next */
  function enter(next) {
    phase = next;
    if (phase === "waiting") return tick();
    clearInterval(clock);
    if (over()) {
      status.remove();
      stop?.remove();
    }
    if (!touched) thoughts.open = phase === "thinking";
    label.textContent = phase === "thinking" ? "Thinking" : "Thought";
  }

  return {
    /** @param {State} state */
    paint(state) {
      const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 8;
      if (state.phase !== phase) enter(state.phase);
      const words = STATUS[phase]?.(state.tool);
      if (words && status.textContent !== words) status.textContent = words;
      state.regions.forEach((blocks, region) => {
        if (region === LABEL && blocks.length) label.remove();
        paintBlocks(parts[region], shown[region], blocks, region === LABEL || region === FOOTER ? "span" : "div");
      });
      thoughts.hidden = !state.regions[THOUGHTS].some(Boolean);
      // A reply that ends while it thinks keeps its thoughts on show.
      if (over() && !touched && !state.regions[ANSWER].some(Boolean) && !state.regions[CALLS].some(Boolean)) thoughts.open = true;
      if (follows) box.scrollTop = box.scrollHeight;
    },
    giveWay() {
      layOutLater(el);
    },
    remove() {
      clearInterval(clock);
      root.remove();
    },
  };
}

/**
 * A button that interrupts the kernel of a browser tab, which cannot be asked in another way.
 * @param {string | undefined} name the channel on which it listens, where it is one
 */
function stopButton(name) {
  if (!name) return null;
  const button = document.createElement("button");
  button.className = "mm-stop";
  button.textContent = "Stop";
  button.addEventListener("click", () => {
    const channel = new BroadcastChannel(name);
    channel.postMessage("stop");
    channel.close();
    button.disabled = true;
    button.textContent = "Stopping…";
  });
  return button;
}

/**
 * Has the output that takes the place of a view laid out in a task of its own.
 *
 * JupyterLab asks for a height in the task that brings the output, and a long one then stops the page. What is not
 * displayed at that moment need not be laid out. It is displayed before the page is painted again, and the area keeps
 * its height, so nothing moves.
 * @param {Element} el the view's own element
 */
function layOutLater(el) {
  const area = /** @type {HTMLElement | null} */ (el.closest(".jp-OutputArea"));
  if (!area || el.closest(".mm-panel")) return; // in a chat box nothing takes its place
  const place = [...area.children].findIndex((child) => child.contains(el)) + 1;
  const focused = [...el.querySelectorAll("summary")].findIndex((each) => each.parentElement?.contains(document.activeElement));
  const mark = `mm-awaits-${place}`;
  const rule = document.createElement("style");
  rule.textContent = `.${mark} > :nth-child(${place}):not(:has(.mm-live)) { display: none }`;
  document.head.append(rule);
  area.style.minHeight = `${area.offsetHeight}px`;
  area.classList.add(mark);
  const observer = new MutationObserver(arrived);
  observer.observe(area, { childList: true });
  setTimeout(arrived, PATIENCE_MS);

  function arrived() {
    observer.disconnect();
    rule.remove();
    area?.classList.remove(mark);
    area?.style.removeProperty("min-height");
    // Whoever reads with the keys stays where they were.
    if (focused >= 0 && !el.isConnected) area?.children[place - 1]?.querySelectorAll("summary")[focused]?.focus({ preventScroll: true });
  }
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
