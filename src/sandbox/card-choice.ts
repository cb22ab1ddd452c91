import { scenarioById, SCENARIOS } from './scenarios.js';

/** The card to pay with. Everything that is left out is what an approved payment needs. */
export interface CardChoice {
  /** Default: the scenario's, or the approved test card's. */
  readonly number?: string;
  /** Id of the scenario that happens, whatever the number. */
  readonly scenario?: string;
  /** `MM/YY`. Default: `12/34`. */
  readonly expiry?: string;
  /** Default: `Test Shopper`. */
  readonly holder?: string;
}

/**
 * Checks what a test has asked for: a card's number, or a choice.
 * @param milliseconds - the members that are milliseconds; all others are texts
 * @throws TypeError, RangeError for what is no such choice
 */
export function readChoice<Choice extends CardChoice>(
  what: string,
  given: Choice | string,
  names: readonly string[],
  milliseconds: readonly string[] = [],
): Choice | CardChoice {
  if (typeof given === 'string') return { number: checkNumber(what, given) };
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(
      `${what}: expected a card's number, or an object with any of ${names.join(', ')}; received ${given === null ? 'null' : Array.isArray(given) ? 'an array' : `a ${typeof given}`}.`,
    );
  checkMembers(what, given, names, milliseconds);
  return given;
}

function checkNumber(what: string, text: string): string {
  if (/^\d[\d -]{10,30}\d$/.test(text)) return text;
  const scenario = SCENARIOS.some(({ id }) => id === text) ? ` A scenario is { scenario: '${text}' }.` : '';
  throw new TypeError(
    `${what}: expected a card's number such as '4242 4242 4242 4242', received a text of ${text.length} characters.${scenario}`,
  );
}

function checkMembers(
  what: string,
  choice: CardChoice,
  names: readonly string[],
  milliseconds: readonly string[],
): void {
  for (const [name, value] of Object.entries<unknown>({ ...choice })) {
    if (!names.includes(name)) {
      throw new TypeError(`${what}: there is no "${name}". There are: ${names.join(', ')}.`);
    }
    if (value === undefined) continue;
    const isTime = milliseconds.includes(name);
    if (isTime ? !(typeof value === 'number' && value >= 0) : typeof value !== 'string') {
      throw new TypeError(`${what}: ${name} is not ${isTime ? 'milliseconds' : 'a text'}.`);
    }
  }
  if (choice.scenario !== undefined) scenarioById(choice.scenario);
}
