/**
 * What can hardly be read: texts, and lines of controls, whose colour is too near to what lies behind them.
 *
 * Colours are those that the page computes, laid over each other as a browser does, with alpha and opacity.
 */
([scopes, listings]) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const CLEAR = [0, 0, 0, 0];
  const seen = new Map();

  /** Any colour of CSS as red, green, blue (0 to 255) and alpha (0 to 1). */
  function rgba(colour) {
    if (!seen.has(colour)) {
      const plain = /^rgba?\(([^)]+)\)$/.exec(colour);
      if (plain) {
        const [red, green, blue, alpha = 1] = plain[1].split(/[\s,/]+/).map(Number);
        seen.set(colour, [red, green, blue, alpha]);
      } else {
        const alpha = Number(/\/\s*([\d.]+)\)$/.exec(colour)?.[1] ?? 1);
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = alpha === 1 ? colour : colour.replace(/\/\s*[\d.]+\)$/, ")");
        canvas.fillRect(0, 0, 1, 1);
        seen.set(colour, [...[...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3), alpha]);
      }
    }
    return seen.get(colour);
  }

  function over(top, below) {
    const alpha = top[3] + below[3] * (1 - top[3]);
    if (alpha === 0) return CLEAR;
    const mixed = [0, 1, 2].map((at) => (top[at] * top[3] + below[at] * below[3] * (1 - top[3])) / alpha);
    return [...mixed, alpha];
  }

  /** What is seen of a colour that stands in an element: each ancestor is painted as a group of its own. */
  function painted(element, colour, opacity = 1) {
    let layer = [colour[0], colour[1], colour[2], colour[3] * opacity];
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      layer = over(layer, rgba(style.backgroundColor));
      layer = [layer[0], layer[1], layer[2], layer[3] * Number(style.opacity)];
    }
    return over(layer, [255, 255, 255, 1]);
  }

  function luminance([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  const faults = new Map();
  let count = 0;
  function hold(what, element, seen, behind, least) {
    count += 1;
    const ratio = contrast(seen, behind);
    if (ratio >= least) return;
    const colours = [seen, behind].map((each) => each.slice(0, 3).map(Math.round).join(" "));
    const key = `${what}: ${element.localName}.${element.className} ${colours.join(" on ")}`;
    if (!faults.has(key)) faults.set(key, `${ratio.toFixed(2)} < ${least}, ${key}: ${(element.textContent || element.value || "").trim().slice(0, 40)}`);
  }

  const shows = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false }) && !element.closest(":disabled");
  for (const scope of document.querySelectorAll(scopes)) {
    const texts = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      if (!/[^\s\p{Cf}]/u.test(texts.currentNode.data) || element.closest("style, script, mjx-assistive-mml, select")) continue;
      if (!shows(element) || getComputedStyle(element).clipPath === "inset(50%)") continue;
      const style = getComputedStyle(element);
      const size = parseFloat(style.fontSize);
      const least = element.localName === "font" ? listings : 4.5;
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      hold("text", element, painted(element, rgba(style.color)), painted(element, CLEAR), large ? 3 : least);
    }
    for (const element of scope.querySelectorAll("input:not([type=file]), textarea, select, button")) {
      if (!shows(element)) continue;
      const style = getComputedStyle(element);
      if (element.placeholder) {
        const said = getComputedStyle(element, "::placeholder");
        hold("placeholder", element, painted(element, rgba(said.color), Number(said.opacity)), painted(element, CLEAR), 4.5);
      }
      if (element.localName === "select") hold("text", element, painted(element, rgba(style.color)), painted(element, CLEAR), 4.5);
      if (style.borderTopWidth === "0px") continue;
      hold("line", element, painted(element, rgba(style.borderTopColor)), painted(element.parentElement, CLEAR), 3);
    }
  }
  return { count, faults: [...faults.values()] };
}
