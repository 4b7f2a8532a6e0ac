/**
 * The formulas of a static output, for the page's typesetter a few at a time.
 *
 * Jupyter gives the typesetter an output whole, and that takes about 2 ms a formula: an answer full of them would stop
 * the page just when its reader begins to read. So an output is marked as none of the typesetter's business before that
 * sees it, and its formulas are handed over in slices.
 */

const NOT_FOR_MATHJAX = "mathjax_ignore";
const AT_ONCE = 4;
const SLICE_MS = 12;

/**
 * Waits for the static output that takes the place of a view.
 * @param {Element} view stands in the page
 * @param {any} typesetter the page's own, with a method `typeset(element)`; without one nothing is done
 */
export function expectStatic(view, typesetter) {
  const area = view.closest(".jp-OutputArea");
  if (!area || !typesetter) return;
  // It is told of a new output in time: the page typesets only after the task that brings one.
  const observer = new MutationObserver(() => {
    if (view.isConnected) return;
    observer.disconnect();
    for (const output of area.querySelectorAll(".jp-OutputArea-output")) {
      if (output.classList.contains(NOT_FOR_MATHJAX)) continue;
      const waiting = formulas(output);
      if (waiting.length > AT_ONCE) typesetSlowly(output, waiting, typesetter);
    }
  });
  observer.observe(area, { childList: true });
}

/**
 * Keeps the typesetter away from an output that nobody sees.
 * @param {Element} output
 */
export function leaveAlone(output) {
  output.classList.add(NOT_FOR_MATHJAX);
}

/**
 * The opposite.
 * @param {Element} output
 * @param {any} typesetter
 */
export function makeUpFor(output, typesetter) {
  if (typesetter) typesetSlowly(output, formulas(output), typesetter);
  else output.classList.remove(NOT_FOR_MATHJAX);
}

/** @param {Element} output */
function formulas(output) {
  return [...output.querySelectorAll("span")].filter((span) => /^\\[([]/.test(span.textContent ?? ""));
}

/**
 * @param {Element} output
 * @param {Element[]} waiting its formulas
 * @param {any} typesetter
 */
function typesetSlowly(output, waiting, typesetter) {
  output.classList.add(NOT_FOR_MATHJAX);
  /** @type {Element[]} */
  const first = [];
  /** @type {Element[]} */
  const later = [];
  // Not at once: to ask where they are has the page laid out, and the task that brings a long output is long enough.
  requestAnimationFrame(() => {
    for (const formula of waiting) (isInSight(formula) ? first : later).push(formula);
    requestAnimationFrame(slice);
  });

  async function slice() {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until && output.isConnected) {
      const formula = first.pop() ?? later.pop();
      if (!formula) break;
      await typesetter.typeset(formula);
    }
    if (first.length + later.length && output.isConnected) return requestAnimationFrame(slice);
    output.classList.remove(NOT_FOR_MATHJAX);
  }
}

/** @param {Element} element */
function isInSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}
