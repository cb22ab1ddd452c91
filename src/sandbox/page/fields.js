// @ts-check
// The form's fields: how they are typed into, and what is wrong with them.

import { brandOf, group, passesLuhn } from './card.js';
import { find, session } from './session.js';

/** @import { FilledIn } from '../protocol.js' */

const { texts } = session;
const brandLabel = find('.brand span', HTMLElement);

/** @typedef {keyof FilledIn} Name */

/** @type {ReadonlyMap<Name, HTMLInputElement>} */
const inputs = new Map(
  [...find('form', HTMLFormElement).querySelectorAll('input')].map((input) => [
    /** @type {Name} */ (input.name),
    input,
  ]),
);

/** @param {Name} name */
export function inputOf(name) {
  const input = inputs.get(name);
  if (!input) throw new Error(`The form has no field ${name}.`);
  return input;
}

/* ---- typing ---- */

/** @param {Name} name */
export const digitsOf = (name) => inputOf(name).value.replace(/\D/g, '');

/**
 * Rewrites a field without moving the caret away from the digit it stands behind.
 * @param {Name} name
 * @param {(digits: string) => string} format
 * @param {number} limit how many digits it takes
 */
function rewrite(name, format, limit) {
  const input = inputOf(name);
  const start = input.selectionStart ?? input.value.length;
  const before = input.value.slice(0, start).replace(/\D/g, '').length;
  const next = format(digitsOf(name).slice(0, limit));
  if (next === input.value) return;
  const atEnd = start === input.value.length;
  input.value = next;
  if (document.activeElement !== input) return;
  let caret = 0;
  for (let seen = 0; caret < next.length && seen < before; caret++) {
    if (/\d/.test(next.charAt(caret))) seen++;
  }
  if (atEnd) caret = next.length;
  input.setSelectionRange(caret, caret);
}

/** @param {string} digits */
const splitExpiry = (digits) => (digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits);

/** @param {string} digits */
const completeExpiry = (digits) => splitExpiry(/^[2-9]/.test(digits) ? `0${digits}` : digits);

export function showBrand() {
  const brand = brandOf(digitsOf('number'));
  brandLabel.textContent = brand?.name ?? (session.unionPay ? 'UnionPay' : texts.card);
  brandLabel.toggleAttribute('data-known', brand !== undefined);
  inputOf('cvv').maxLength = brand?.cvv ?? 4;
}

/** @param {boolean} deleting */
function formatExpiry(deleting) {
  const input = inputOf('expiry');
  // "12/2034" from a password manager is the same as "12/34".
  const [, month, year] = /^\D*(\d{1,2})\s*[/-]\s*20(\d\d)$/.exec(input.value) ?? [];
  if (month && year) input.value = month.padStart(2, '0') + year;
  else if (!deleting && /^\d\s*[/-]/.test(input.value)) input.value = `0${input.value}`;
  rewrite('expiry', deleting ? splitExpiry : completeExpiry, 4);
}

/** @type {Readonly<Record<Name, (deleting: boolean) => void>>} */
const formats = {
  number: () => {
    rewrite('number', group, 19);
    showBrand();
  },
  expiry: formatExpiry,
  cvv: () => rewrite('cvv', String, 4),
  holder: () => {},
  code: () => rewrite('code', String, 6),
};

/* ---- checks ---- */

function wrongNumber() {
  const number = digitsOf('number');
  if (!number) return texts.numberMissing;
  const brand = brandOf(number);
  if (brand ? !brand.lengths.includes(number.length) : number.length < 12) return texts.numberShort;
  if (!passesLuhn(number)) return texts.numberWrong;
  if (!session.numbers.includes(number)) return texts.numberReal;
  return session.unionPay && brand?.name !== 'UnionPay' ? texts.unionPayOnly : '';
}

function wrongExpiry() {
  const digits = digitsOf('expiry');
  if (!digits) return texts.expiryMissing;
  const month = Number(digits.slice(0, 2));
  if (digits.length !== 4 || month < 1 || month > 12) return texts.expiryWrong;
  // A card is good until its month is over.
  return new Date(2000 + Number(digits.slice(2)), month, 1) <= new Date() ? texts.expired : '';
}

function wrongCvv() {
  const brand = brandOf(digitsOf('number'));
  const { length } = digitsOf('cvv');
  if (!length) return texts.cvvMissing;
  const expected = brand?.cvv ?? 3;
  if (length === expected || (!brand && length === 4)) return '';
  return texts.cvvWrong.replace('{count}', `${expected}`);
}

/** What is wrong with a field, in words; an empty text: nothing. @type {Readonly<Record<Name, () => string>>} */
const checks = {
  number: wrongNumber,
  expiry: wrongExpiry,
  cvv: wrongCvv,
  holder: () => (inputOf('holder').value.trim() ? '' : texts.holderMissing),
  code: () => (digitsOf('code').length === 6 ? '' : texts.codeWrong),
};

/**
 * @param {Name} name
 * @param {string} text
 * @param {string} [lang] of the text, where it isn't the form's own
 */
export function showError(name, text, lang = '') {
  const input = inputOf(name);
  const error = find(`#${name}-error`, HTMLElement);
  error.textContent = text;
  error.hidden = !text;
  if (lang) error.lang = lang;
  else error.removeAttribute('lang');
  if (text) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
  const hint = document.getElementById(`${name}-hint`);
  const described = [text && error.id, hint?.id].filter(Boolean).join(' ');
  if (described) input.setAttribute('aria-describedby', described);
  else input.removeAttribute('aria-describedby');
}

/** Shows what is wrong, beside each field. @returns whether all is right */
export function check() {
  let first;
  for (const [name, input] of inputs) {
    const text = checks[name]();
    showError(name, text);
    if (text) first ??= input;
  }
  first?.focus();
  return !first;
}

for (const [name, input] of inputs) {
  input.addEventListener('input', (event) => {
    formats[name](event instanceof InputEvent && event.inputType.startsWith('delete'));
    showError(name, '');
  });
  input.addEventListener('blur', () => {
    if (input.value) showError(name, checks[name]());
  });
}

/** @param {FilledIn} card */
export function fill(card) {
  for (const [name, input] of inputs) {
    input.value = card[name];
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
