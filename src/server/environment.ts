import { asObject } from '../gateway/envelope.js';

/** Whether the process says that real customers are served. Not every platform has a `process`. */
export function isProduction(): boolean {
  const { env } = asObject((globalThis as { process?: unknown }).process);
  return asObject(env)['NODE_ENV'] === 'production';
}
