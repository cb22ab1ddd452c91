/** Where the heights are kept between two pages of one visit. */
const STORAGE_KEY = 'iotpay-checkout-heights';

let known: Map<string, number> | undefined;

/** Heights that forms had, in pixels, by mode and width: the place of the next one is kept free as high as it will be. */
function heights(): Map<string, number> {
  if (known) return known;
  let kept: unknown;
  try {
    kept = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '{}');
  } catch {
    // A page that may store nothing (a sandboxed frame) starts anew each time; so does one where others wrote nonsense.
  }
  const entries = Object.entries(typeof kept === 'object' && kept ? kept : {});
  return (known = new Map(
    entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1]) && Number(entry[1]) > 0),
  ));
}

/** Whether the page knows them by now, so that nobody waits for its storage. */
export const areAtHand = (): boolean => known !== undefined;

/**
 * @param width - asked for only where any height is known, for it makes the browser lay out the page
 * @returns pixels; `undefined` where no form has had this width
 */
export function heightFor(mode: string, width: () => number): number | undefined {
  return heights().size > 0 ? heights().get(keyOf(mode, width())) : undefined;
}

/** Remembers how high a form was, in pixels. */
export function rememberHeight(mode: string, width: number, height: number): void {
  const key = keyOf(mode, width);
  if (!width || !height || heights().get(key) === height) return;
  heights().set(key, height);
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(heights())));
  } catch {
    // Remembered on this page only.
  }
}

const keyOf = (mode: string, width: number): string => `${mode} ${Math.round(width)}`;
