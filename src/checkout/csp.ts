import { pause } from './wait.js';

/** A violation event may come a few tasks after the failure that it explains. */
const VIOLATION_LAG_MS = 30;

/**
 * Watches for what the page's Content Security Policy refuses.
 * @returns a function that tells, shortly after a failure, whether a request to `origin` was refused, and by which
 *   directive: the first of the page's violations whose directive is in `directives`
 */
export function watchPolicy(
  document: Document,
  signal: AbortSignal,
): (directives: RegExp, origin: string) => Promise<string | undefined> {
  const seen: SecurityPolicyViolationEvent[] = [];
  document.addEventListener('securitypolicyviolation', (event) => seen.push(event), { signal });
  return async (directives, origin) => {
    await pause(VIOLATION_LAG_MS, signal);
    return seen.find((event) => refuses(event, directives, origin))?.effectiveDirective;
  };
}

/** Whether a violation is about a request to `origin` under one of the directives (a report-only policy refuses nothing). */
export function refuses(event: SecurityPolicyViolationEvent, directives: RegExp, origin: string): boolean {
  return (
    event.disposition !== 'report' &&
    directives.test(event.effectiveDirective) &&
    event.blockedURI.startsWith(origin)
  );
}
