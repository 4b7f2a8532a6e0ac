/** Small parts that the box is made of. */

/**
 * @param {string} words
 * @param {number} longest
 */
export function brief(words, longest) {
  if (words.length <= longest) return words;
  return `${words.slice(0, longest)}… (${(words.length - longest).toLocaleString("en")} more characters)`;
}

/**
 * @param {string} label
 * @param {() => void} press
 */
export function button(label, press) {
  const made = /** @type {HTMLButtonElement} */ (make("button", { type: "button", textContent: label }));
  made.addEventListener("click", press);
  return made;
}

/**
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...Node} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

/** @param {string} words */
export async function toClipboard(words) {
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

/** @param {string} html of the kernel's own renderer */
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}
