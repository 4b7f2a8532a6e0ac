/**
 * The page's end of a chat panel.
 *
 * The saved output is the conversation as plain HTML. While the kernel lives, the box takes its place in the page: it
 * looks for that HTML by a class name, hides it, and stands beside it. Answers are HTML made by the kernel's own
 * renderer, or live replies, which `live.js` paints; everything else goes into the page as text.
 *
 * @typedef {{ question: string, media: string, html: string, answer: string, note: string, live?: string }} Item a
 *   question and its answer
 * @typedef {{ question: string, media: string, model: string }} Live the question that is being answered, and the model
 *   of its reply
 * @typedef {{ id: string, words: string, html: string }} Attached a picture or video for the next question
 * @typedef {{ phase: string, model: string, models: string[], tools: string[], queue: { id: string, text: string }[],
 *   asks: string | null, note: string, undo: boolean, returned: { id?: string, text?: string },
 *   fill: { share: number, words: string } }} Now
 * @typedef {{ items: Item[], live: Live | null, attached: Attached[], now: Now }} State
 * @typedef {["turns", number, Item[]] | ["live", Live | null] | ["got", string] | ["saved", number[]]
 *   | ["attached", Attached[]] | ["now", Now]} Operation
 * @typedef {{ text: string, late: boolean }} Pending a question on its way to the kernel
 * @typedef {typeof import("./box.js") & typeof import("./lifeline.js") & typeof import("./saved_outputs.js")} Modules
 * @typedef {{ draft: string, thoughts: boolean, dead: boolean, took: string, pending: Map<string, Pending>,
 *   sending: Map<string, string>, refused: string[] }} Shared what all boxes of a panel in this page have in common; files
 *   on their way to the kernel by their ids, and those that the page did not take
 */

const PATIENCE_MS = 1500;
const SILENCE_MS = 5000; // after so long in the middle of an answer the kernel is asked whether it is still the same
const RELEASE_MS = 3000;

/** @type {Now} */
const NOTHING = { phase: "idle", model: "", models: [], tools: [], queue: [], asks: null, note: "", undo: false, returned: {}, fill: { share: 0, words: "" } };

/** @type {ReturnType<typeof open>} this code is run anew for each model */
let panel;

export default {
  /** @param {{ model: any }} context */
  async initialize({ model }) {
    const sharedCode = await model.widget_manager.get_model(model.get("shared_code"));
    sharedCode.minimaxNb ??= import(address(sharedCode.get("code")));
    const parts = await load(model.get("modules"));
    const live = await sharedCode.minimaxNb;
    panel = open(model, sharedCode, live, await live.typesettingOf(sharedCode), parts);
    return () => panel.close();
  },
  /** @param {{ el: HTMLElement }} context where the panel has an output of its own */
  render: ({ el }) => panel.show(el),
};

/**
 * @param {any} model the panel's own model
 * @param {any} sharedCode the model that holds what live replies share
 * @param {typeof import("../../widgets/static/live.js")} live the module that paints them
 * @param {typeof import("../../widgets/static/typesetting.js")} typesetting
 * @param {Modules} parts the other files of the panel's code
 */
function open(model, sharedCode, live, typesetting, parts) {
  const { view, watchKernel, savedOutputs } = parts;
  /** @type {State} */
  let state = { items: [], live: null, attached: [], now: NOTHING };
  /** @type {Map<Element, ReturnType<typeof import("./box.js").view>>} */
  const views = new Map();
  /** @type {Map<string, Promise<any>>} */
  const replies = new Map();
  /** @type {Map<string, Pending>} */
  const pending = new Map();
  /** @type {Shared} */
  const shared = { draft: "", thoughts: true, dead: false, took: "", pending, sending: new Map(), refused: [] };
  /** @type {Set<ReturnType<typeof import("./box.js").view>>} */
  const ownViews = new Set();
  let painting = 0;
  let heard = Date.now();
  let quiet = false;
  const listening = setInterval(() => {
    if (quiet || shared.dead || Date.now() - heard < SILENCE_MS) return;
    heard = Date.now();
    quiet = state.now.phase === "idle"; // once more after the end: it may have come because the kernel was ending
    lifeline.check();
  }, SILENCE_MS);
  const saved = savedOutputs(model, (/** @type {number} */ place) => live.tell(model, { do: "write", place }));

  const unfollow = live.follow(model, {
    begin() {
      state = { items: [], live: null, attached: [], now: NOTHING };
    },
    /** @type {(operations: Operation[], moment: { news: boolean, latest: boolean }) => void} */
    take(operations, { news, latest }) {
      heard = Date.now();
      quiet = false;
      for (const operation of operations) {
        if (operation[0] === "turns") state.items = [...state.items.slice(0, operation[1]), ...operation[2]];
        else if (operation[0] === "live") state.live = operation[1];
        else if (operation[0] === "got") (pending.delete(operation[1]), shared.sending.delete(operation[1]));
        else if (operation[0] === "attached") state.attached = operation[1];
        else if (operation[0] === "saved") saved.check(operation[1]);
        else {
          /** @type {["now", Now]} the last of them: a new one has to be dealt with above */
          const [, now] = operation;
          if (news && now.asks && now.asks !== state.now.asks) live.announce(`May this tool run? ${now.asks}`);
          if (news && now.note && now.note !== state.now.note) live.announce(now.note);
          state.now = now;
        }
      }
      if (latest) paintSoon();
    },
  });

  function paintSoon() {
    painting ||= requestAnimationFrame(() => {
      painting = 0;
      let more = false;
      for (const each of [...views.values(), ...ownViews]) more = each.paint(state) || more;
      if (more) paintSoon();
    });
  }

  const kernel = {
    /** @param {object} message */
    tell: (message) => live.tell(model, message),
    /** @type {(text: string, again: boolean) => void} */
    ask(text, again) {
      const id = newId();
      const asked = { text, late: false };
      pending.set(id, asked);
      live.tell(model, { do: "ask", id, text, again });
      setTimeout(() => {
        if (!pending.has(id)) return;
        asked.late = true;
        paintSoon();
        lifeline.check();
      }, PATIENCE_MS);
      paintSoon();
    },
    /** @type {(name: string, data: ArrayBuffer) => void} */
    attach(name, data) {
      const id = newId();
      shared.sending.set(id, name);
      live.tell(model, { do: "attach", id, name }, [data]);
      setTimeout(() => shared.sending.has(id) && lifeline.check(), PATIENCE_MS);
      paintSoon();
    },
    announce: live.announce,
    /** @type {(name: string) => Promise<any>} */
    reply(name) {
      if (!replies.has(name)) {
        const listen = (/** @type {any} */ each) => {
          const reply = live.open(each, sharedCode);
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

  const own = model.get("own_output");
  // The output may be shown later than this code runs, be drawn anew, or stand in the page twice.
  const { place, more } = model.get("marks");
  const first = `${place}0`;
  const marks = document.getElementsByClassName(first);
  const others = document.getElementsByClassName(more);
  /** @type {WeakMap<Element, Element>} */
  const hosts = new WeakMap();
  /** @type {Set<Element>} */
  const hidden = new Set();
  // A rule, because it holds from the moment an output comes in: the page lays it out before it tells of it.
  const hiding = document.createElement("style");
  const places = [`.jp-OutputArea-output:has(> .${first})`, `.jp-OutputArea-child:has(.${more})`, `.${first}`, `.${more}`];
  hiding.textContent = `${places.join()} { display: none !important; }`;
  document.head.append(hiding);
  const observer = new MutationObserver(settle);
  observer.observe(document.body, { childList: true, subtree: true });

  function settle() {
    for (const [host, each] of views) {
      if (!each.root.isConnected) {
        each.remove();
        views.delete(host);
      }
    }
    for (const mark of own ? [] : marks) {
      if (views.has(/** @type {Element} */ (hosts.get(mark)))) continue;
      const host = mark.closest(".jp-OutputArea-output") ?? mark;
      hosts.set(mark, host);
      if (views.has(host)) continue;
      const shown = view(shared, kernel, model.get("css"));
      views.set(host, shown);
      leaveAlone(host);
      host.after(shown.root);
      paintSoon();
    }
    for (const mark of own ? [...marks, ...others] : others) {
      if (!hosts.has(mark)) leaveAlone(mark.closest(".jp-OutputArea-output") ?? mark);
      hosts.set(mark, mark);
    }
  }

  /** @param {Element} output */
  function leaveAlone(output) {
    hidden.add(output);
    typesetting.leaveAlone(output);
  }

  const lifeline = watchKernel(model, (/** @type {boolean} */ dead) => {
    shared.dead = dead;
    paintSoon();
  });
  settle();
  live.tell(model, "whole");

  return {
    /** @param {HTMLElement} el */
    show(el) {
      const shown = view(shared, kernel, model.get("css"));
      ownViews.add(shown);
      el.append(shown.root);
      paintSoon();
      return () => {
        ownViews.delete(shown);
        shown.remove();
      };
    },
    close() {
      observer.disconnect();
      saved.close();
      unfollow();
      lifeline.close();
      clearInterval(listening);
      cancelAnimationFrame(painting);
      for (const each of [...views.values(), ...ownViews]) each.remove();
      hiding.remove();
      for (const output of hidden) typesetting.makeUpFor(output, live.typesetterOf(model));
    },
  };
}

/**
 * Loads modules that import one another.
 * @param {[string, string][]} modules their names and code, each after those that it imports
 * @returns {Promise<Modules>} what all of them give
 */
async function load(modules) {
  /** @type {[string, string][]} */
  const addresses = [];
  for (const [name, code] of modules) {
    addresses.push([name, address(addresses.reduce((text, [known, url]) => text.replaceAll(`"./${known}"`, `"${url}"`), code))]);
  }
  return Object.assign({}, ...(await Promise.all(addresses.map(([, url]) => import(url)))));
}

function newId() {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}

/** @param {string} code */
function address(code) {
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}
