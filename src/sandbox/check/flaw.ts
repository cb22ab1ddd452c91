/** What a backend did wrong, in words. */
export class Flaw extends Error {}

/** @throws Flaw */
export function expect(right: unknown, happened: string): asserts right {
  if (!right) throw new Flaw(happened);
}
