// How well colours stand out, as WCAG counts it; by the code with which the playground shows it.
export type Colour = readonly [number, number, number, number];

export const { contrast, over } = (await import(
  new URL('/demo/playground/assets/contrast.js', location.href).href
)) as {
  contrast: (one: Colour, other: Colour) => number;
  over: (top: Colour, below: Colour) => Colour;
};

const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const brush = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;

/** Any CSS colour as numbers. */
export function pixel(css: string): Colour {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = css;
  brush.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = brush.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

/** The colour that lies behind a node, everything around it included. */
export function behind(node: Element | null): Colour {
  if (!node) return [255, 255, 255, 1];
  const root = node.getRootNode();
  const around = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  const own = pixel(getComputedStyle(node).backgroundColor);
  return own[3] === 1 ? own : over(own, behind(around));
}

/** How well a node's colour stands out from what lies behind it. */
export function ratio(node: Element): number {
  const back = behind(node);
  return contrast(over(pixel(getComputedStyle(node).color), back), back);
}
