/** The same without what is `undefined` or `null`: a page that leaves a value open means ours. */
export function definedIn<T extends object>(given: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(given ?? {}).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<T>;
}
