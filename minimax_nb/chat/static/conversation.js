/**
 * The questions and answers in the box, the last of them perhaps still growing.
 *
 * @import { Item, Live, Shared, State } from "./panel.js"
 */

import { brief, button, fragment, make, toClipboard } from "./elements.js";

const LONGEST_QUESTION = 2000;
const SLICE_MS = 8;
const DONE_MS = 3000;

/**
 * @param {Shared} shared
 * @param {any} kernel
 * @param {() => void} edit takes the last question back into the composer
 */
export function conversation(shared, kernel, edit) {
  const turns = make("div", { className: "mm-turns" });
  const root = make("div", { className: "mm-talk", tabIndex: 0, role: "group", ariaLabel: "Conversation" }, turns);
  /** @type {{ item: Item, node: HTMLElement }[]} */
  const shown = [];
  /** @type {{ live: Live, node: HTMLElement, hide: () => void } | null} */
  let growing = null;
  let follows = true;

  root.addEventListener("scroll", () => (follows = root.scrollHeight - root.scrollTop - root.clientHeight < 24), { passive: true });
  const sizes = new ResizeObserver(follow);
  sizes.observe(turns);

  function follow() {
    if (follows) root.scrollTop = root.scrollHeight;
  }

  /**
   * @param {State} next
   * @returns {boolean} whether there is more to paint
   */
  function paintTurns({ items, live }) {
    let same = 0;
    while (same < shown.length && shown[same].item === items[same]) same += 1;
    for (const { node } of shown.splice(same)) node.remove();
    const until = performance.now() + SLICE_MS;
    while (shown.length < items.length && performance.now() < until) {
      const item = items[shown.length];
      const grown = growing?.live.model === item.live ? growing : null;
      const node = grown?.node ?? turn(item);
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
    const blank = items.length === 0 && shared.pending.size === 0 && !live;
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
      const node = turn(live);
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

  /** @param {{ question: string, media: string }} asked */
  function turn({ question, media }) {
    const said = make("div", { className: "mm-question", textContent: brief(question, LONGEST_QUESTION) });
    said.prepend(make("span", { className: "mm-hidden", textContent: "You: " }), fragment(media));
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
    if (item.question || item.media) actions.append(editing);
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
    follow,
    /** Shows the end from now on. */
    toEnd: () => (follows = true),
    /**
     * @param {State} state
     * @param {boolean} editable whether the last question can be edited now
     * @returns {boolean} whether there is more to paint
     */
    paint(state, editable) {
      const unfinished = paintTurns(state);
      paintLive(state);
      const last = shown.at(-1)?.node;
      for (const each of root.querySelectorAll(".mm-edit")) /** @type {HTMLElement} */ (each).hidden = !editable || !last?.contains(each);
      return unfinished;
    },
    remove() {
      growing?.hide();
      sizes.disconnect();
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
