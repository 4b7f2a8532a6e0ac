/**
 * The page's end of a live reply: frames in, panels out.
 *
 * Loaded once per kernel session. All HTML in the frames was made by the kernel's own renderer, which escapes whatever
 * the model wrote; nothing else is ever put into the page.
 *
 * @typedef {[region: number, block: number, cut: number, text: string]} Splice `cut` is how many characters the block's
 *   HTML loses at its end
 * @typedef {"thinking" | "answering" | "calling" | "asking" | "working" | "resuming" | "whole" | "done"} Phase
 * @typedef {Splice | ["phase", Phase] | ["tool", string] | ["clear", number[]] | ["say", string]} Operation
 * @typedef {{ phase: Phase | "waiting", tool: string, regions: string[][] }} State the HTML of every block of every region, what is
 *   going on, and which tool that is about
 * @typedef {{ news: boolean, latest: boolean }} Moment whether a frame has just happened, and whether none is known after it
 */

/** What ends each flushed piece of a deflate stream; the kernel leaves it out. */
const TAIL = new Uint8Array([0, 0, 255, 255]);

/**
 * Follows the frames of a model, and asks for all of them where one is missing.
 * @param {any} model `log` and `n` (the frames so far), then a message for each further frame
 * @template {unknown[]} Op what its frames hold
 * @param {{ begin(): void, take(operations: Op[], moment: Moment): void }} reader told of each beginning, and of each frame
 * @param {string} [dictionary] lines that the frames refer to as if they stood before the first
 */
export function follow(model, reader, dictionary = "") {
  /** @type {ReturnType<typeof inflate>} */
  let pipe;
  let expected = 0;
  let silent = 0;
  let asked = false;

  function restart() {
    pipe?.close();
    reader.begin();
    expected = silent = model.get("n") ?? 0;
    asked = false;
    pipe = inflate(take, ask, dictionary);
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

  /** @param {Op[]} operations */
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
 * @param {any} sharedCode the model that holds what all replies share
 */
export function open(model, sharedCode) {
  const since = performance.now();
  /** @type {Promise<typeof import("./view.js")>} */
  const page = (sharedCode.minimaxNbView ??= load(sharedCode.get("view")));
  const typesetting = typesettingOf(sharedCode);
  /** @type {[string, string][]} */
  const regions = sharedCode.get("regions");
  /** @type {Set<ReturnType<typeof import("./view.js").view>>} */
  const views = new Set();
  /** @type {State} */
  let state = { phase: "waiting", tool: "", regions: [] };
  let hadViews = false;
  let painting = 0;

  const reader = {
    begin() {
      state = { phase: "waiting", tool: "", regions: regions.map(() => []) };
    },
    take: apply,
  };
  const close = follow(model, reader, sharedCode.get("dictionary"));

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
        if (news && state.phase === "working") announce(`Running ${state.tool}`);
        if (state.phase === "done") {
          if (news) for (const each of views) each.giveWay();
          tellViews();
        }
      } else if (operation[0] === "tool") {
        state.tool = operation[1];
      } else if (operation[0] === "clear") {
        for (const region of operation[1]) state.regions[region] = [];
      } else if (news) {
        /** @type {["say", string]} the last of them: a new one has to be dealt with above */
        const [, words] = operation;
        announce(words);
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
    async show(el) {
      const { view } = await page;
      const shown = view(el, sharedCode, since);
      views.add(shown);
      hadViews = true;
      shown.paint(state);
      requestAnimationFrame(async () => (await typesetting).expectStatic(el, typesetterOf(model)));
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
 * Unpacks one raw deflate stream piece by piece.
 * @param {(operations: any[]) => void} take receives each frame
 * @param {() => void} failed is told that the stream cannot be read on
 * @param {string} dictionary lines that it refers to
 */
function inflate(take, failed, dictionary) {
  const stream = new DecompressionStream("deflate-raw");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const decoder = new TextDecoder();
  let closed = false;
  let rest = "";
  let known = dictionary.split("\n").length - 1;
  (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done || closed) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (known > 0) known -= 1;
        else take(JSON.parse(line));
      }
    }
  })().catch(() => closed || failed());
  /** @param {Uint8Array<ArrayBuffer>} part */
  const write = (part) => void writer.write(part).catch(() => {}); // the reader hears of it
  write(stored(new TextEncoder().encode(dictionary)));
  return {
    /** @param {Uint8Array<ArrayBuffer>} piece */
    write(piece) {
      write(piece);
      write(TAIL);
    },
    close() {
      closed = true;
      writer.abort().catch(() => {});
    },
  };
}

/**
 * A piece of a deflate stream that holds these bytes as they are.
 * @param {Uint8Array} data less than 64 KB
 */
function stored(data) {
  const size = data.length;
  const piece = new Uint8Array(5 + size);
  piece.set([0, size, size >> 8, ~size, ~size >> 8]);
  piece.set(data, 5);
  return piece;
}

/**
 * @param {any} sharedCode
 * @returns {Promise<typeof import("./typesetting.js")>}
 */
export function typesettingOf(sharedCode) {
  return (sharedCode.minimaxNbTypesetting ??= load(sharedCode.get("typesetting")));
}

/**
 * The page's own typesetter, where the page is JupyterLab or the like.
 * @param {any} model
 */
export function typesetterOf(model) {
  return model.widget_manager.rendermime?.latexTypesetter;
}

/**
 * @param {string} code of a module
 * @returns {Promise<any>}
 */
function load(code) {
  return import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
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
 * @param {unknown} message
 * @param {ArrayBuffer[]} [buffers] what goes with it
 */
export function tell(model, message, buffers) {
  try {
    model.send(message, undefined, buffers);
  } catch {
    // The kernel is gone, and the model with it.
  }
}

/** The place from which screen readers are told something: it outlives the views, and is there before its first words. */
function announcer() {
  let place = document.getElementById("minimax-nb-announcer");
  if (!place) {
    place = document.createElement("div");
    place.id = "minimax-nb-announcer";
    place.setAttribute("role", "status");
    place.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";
    document.body.append(place);
  }
  return place;
}
announcer();

/**
 * Says something once to screen readers.
 * @param {string} words
 */
export function announce(words) {
  announcer().textContent = words;
}
