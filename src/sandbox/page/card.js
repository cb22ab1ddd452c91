// @ts-check
// What a card's number says of the card. Knows no page.

/** @typedef {{ readonly name: string, readonly begins: RegExp, readonly lengths: number[], readonly cvv: number, readonly groups?: number[] }} Brand */

/** @type {readonly Brand[]} */
const BRANDS = [
  { name: 'Visa', begins: /^4/, lengths: [16, 13, 19], cvv: 3 },
  {
    name: 'Mastercard',
    begins: /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/,
    lengths: [16],
    cvv: 3,
  },
  { name: 'Amex', begins: /^3[47]/, lengths: [15], cvv: 4, groups: [4, 6, 5] },
  { name: 'UnionPay', begins: /^62/, lengths: [16, 17, 18, 19], cvv: 3 },
  { name: 'Discover', begins: /^(6011|64[4-9]|65)/, lengths: [16], cvv: 3 },
  { name: 'JCB', begins: /^35(2[89]|[3-8])/, lengths: [16], cvv: 3 },
];

/** @param {string} number */
export const brandOf = (number) => BRANDS.find(({ begins }) => begins.test(number));

/**
 * Digits as they are printed on the card.
 * @param {string} number
 */
export function group(number) {
  const parts = [];
  const sizes = brandOf(number)?.groups ?? [];
  for (let at = 0; at < number.length; at += sizes[parts.length - 1] ?? 4) {
    parts.push(number.slice(at, at + (sizes[parts.length] ?? 4)));
  }
  return parts.join(' ');
}

/**
 * Whether the last digit is the check digit that Luhn's formula gives.
 * @param {string} number
 */
export function passesLuhn(number) {
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    const digit = Number(number[number.length - 1 - i]);
    if (i % 2 === 0) sum += digit;
    else sum += digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}
