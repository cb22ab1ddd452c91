import { scenarioById } from './scenarios.js';

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
 * Checks what a test has asked for.
 * @param milliseconds - the members that are milliseconds; all others are texts
 * @throws TypeError, RangeError for what is no such choice
 */
export function checkChoice(
  what: string,
  choice: Readonly<Record<string, unknown>>,
  names: readonly string[],
  milliseconds: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(choice)) {
    if (!names.includes(name)) {
      throw new TypeError(`${what}: there is no "${name}". There are: ${names.join(', ')}.`);
    }
    if (value === undefined) continue;
    const isTime = milliseconds.includes(name);
    if (isTime ? !(typeof value === 'number' && value >= 0) : typeof value !== 'string') {
      throw new TypeError(`${what}: ${name} is not ${isTime ? 'milliseconds' : 'a text'}.`);
    }
  }
  if (typeof choice['scenario'] === 'string') scenarioById(choice['scenario']);
}
