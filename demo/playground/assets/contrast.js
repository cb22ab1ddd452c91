/** Contrast as WCAG 2 measures it. Colours are red, green, blue from 0 to 255 and alpha from 0 to 1. */

/** @typedef {readonly [number, number, number, number]} Colour */

/**
 * What one sees where one colour lies on another.
 * @param {Colour} top
 * @param {Colour} below
 * @returns {Colour}
 */
export function over([red, green, blue, alpha], below) {
  const mix = (/** @type {number} */ value, /** @type {number} */ under) =>
    value * alpha + under * (1 - alpha);
  return [mix(red, below[0]), mix(green, below[1]), mix(blue, below[2]), 1];
}

/** @param {Colour} colour */
function luminance([red, green, blue]) {
  const linear = (/** @type {number} */ value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/**
 * @param {Colour} one opaque
 * @param {Colour} other opaque
 * @returns {number} from 1 to 21
 */
export function contrast(one, other) {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** @param {Colour} colour @returns {string} `#rrggbb` */
export const hex = ([red, green, blue]) =>
  `#${[red, green, blue].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
