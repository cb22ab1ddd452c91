/** What the element looks like on a stage: its colours, as the browser computes them, and their contrast. */
import { contrast, hex, over } from './contrast.js';

/** @typedef {import('./contrast.js').Colour} Colour */

/** What must stand out from what, and by how much WCAG 2.2 AA wants it to. */
const PAIRS = /** @type {const} */ ([
  ['Text', '--iotpay-text-color', '--iotpay-surface-color', 4.5],
  ['Success', '--iotpay-success-color', '--iotpay-surface-color', 3],
  ['Failure', '--iotpay-error-color', '--iotpay-surface-color', 3],
  ['Focus ring', '--iotpay-accent-color', 'page', 3],
  ['IOTPay’s button', '--iotpay-button-color', '--iotpay-button-background-color', 4.5],
  ['Retry button', '--iotpay-retry-color', '--iotpay-retry-background', 4.5],
  ['Skeleton', '--iotpay-skeleton-color', 'page', undefined],
]);

const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const brush = canvas.getContext('2d', { willReadFrequently: true });

/** Any CSS colour as numbers. @param {string} css @returns {Colour} */
function pixel(css) {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = css;
  brush.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = brush.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

/**
 * Reads colours on a stage.
 * @param {Document} page
 * @param {readonly {name: string, usual: string}[]} tokens
 */
export function readLooks(page, tokens) {
  const element = page.querySelector('iotpay-checkout');
  const view = page.defaultView;
  if (!element || !view) return undefined;
  const own = view.getComputedStyle(element);
  const probe = page.createElement('i');
  // Beside the element and not in it: what is in it belongs to the page.
  probe.style.color = own.color;
  const inner = page.createElement('i');
  const scheme = element.getAttribute('color-scheme');
  probe.style.colorScheme = scheme === 'light' || scheme === 'dark' ? scheme : own.colorScheme;
  probe.append(inner);
  page.body.append(probe);
  const behind = over(pixel(view.getComputedStyle(page.body).backgroundColor), [255, 255, 255, 1]);

  /** @param {string} name @returns {Colour | undefined} */
  const colour = (name) => {
    if (name === 'page') return behind;
    const usual = tokens.find((token) => token.name === name)?.usual ?? '';
    const value = own.getPropertyValue(name).trim() || usual;
    inner.style.color = '';
    inner.style.color = value;
    if (!value || !inner.style.color) return undefined;
    return over(pixel(view.getComputedStyle(inner).color), behind);
  };
  const colours = new Map(
    tokens.flatMap(({ name }) => {
      const found = /(?:color|background)$/.test(name) ? colour(name) : undefined;
      return found ? [/** @type {const} */ ([name, hex(found)])] : [];
    }),
  );
  const figures = PAIRS.flatMap(([title, front, back, least]) => {
    const [one, other] = [colour(front), colour(back)];
    if (!one || !other) return [];
    const ratio = contrast(one, other);
    return [
      { title, ratio, least, enough: least === undefined || ratio >= least, colours: [hex(one), hex(other)] },
    ];
  });
  probe.remove();
  return { colours, figures };
}

/** @param {HTMLTableSectionElement} body @param {NonNullable<ReturnType<typeof readLooks>>['figures']} figures */
export function showFigures(body, figures) {
  body.replaceChildren(
    ...figures.map(({ title, ratio, least, enough, colours }) => {
      const row = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = title;
      const swatch = document.createElement('td');
      swatch.className = 'swatch';
      swatch.textContent = 'Aa';
      [swatch.style.color, swatch.style.backgroundColor] = colours;
      swatch.ariaHidden = 'true';
      const figure = document.createElement('td');
      figure.textContent = `${ratio.toFixed(2)} : 1`;
      const verdict = document.createElement('td');
      verdict.dataset.enough = String(enough);
      verdict.textContent =
        least === undefined ? '' : enough ? `✓ at least ${least}` : `✗ less than ${least}`;
      row.append(head, swatch, figure, verdict);
      return row;
    }),
  );
}
