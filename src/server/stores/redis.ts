import { checkKey, checkListing, checkWrite, describe } from './checks.js';
import type { Store } from './store.js';

/**
 * Sends one command, name first, and answers with Redis's reply. Texts come back as texts (not as Buffers, not parsed as
 * JSON). Throws or rejects where Redis did not answer.
 */
export type RedisCommand = (args: [string, ...string[]]) => unknown;

export interface RedisStoreOptions {
  /** Stands before every key. Default: `iotpay:`. */
  readonly prefix?: string;
}

/**
 * Redis runs a script as one step. A driver that sends a command again after a lost connection asks for a version that is
 * there already: written, then, and not "somebody else was faster".
 */
const COMPARE_AND_SET = `
local version = redis.call('HGET', KEYS[1], 'version')
if version == ARGV[2] then return 1 end
if (version or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'value', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

/** How many keys Redis looks at in one step of a listing: short enough to keep nobody waiting. */
const SCAN_COUNT = '500';

const escapePattern = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

function unexpected(command: string, expected: string, received: unknown): TypeError {
  return new TypeError(
    `redisStore: expected command() to answer ${command} with ${expected}, received ${describe(received)}.`,
  );
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Some drivers give numbers as bigint or as text. `true` and `'OK'` are no such answers. */
function hasWritten(answer: unknown): boolean {
  if (answer === 1 || answer === 1n || answer === '1') return true;
  if (answer === 0 || answer === 0n || answer === '0') return false;
  throw unexpected('EVAL', '1 or 0', answer);
}

/**
 * A store in Redis (4 or newer) or Valkey: one server, or one with replicas that never takes over with writes missing. It
 * must not forget: `appendonly yes` and `maxmemory-policy noeviction`, see `src/server/stores/README.md`.
 * @param command - one line for every driver, see there
 * @throws TypeError for options that are none
 */
export function redisStore(command: RedisCommand, { prefix = 'iotpay:' }: RedisStoreOptions = {}): Store {
  if (typeof command !== 'function') {
    throw new TypeError(
      `redisStore: expected a function (args) => reply, received ${describe(command)}.` +
        ' With ioredis: (args) => redis.call(...args); with redis: (args) => client.sendCommand(args).',
    );
  }
  if (prefix !== '') checkKey('redisStore (its prefix)', prefix);
  const send = async (...args: [string, ...string[]]): Promise<unknown> => command(args);

  const scan = async (cursor: string, pattern: string): Promise<[cursor: string, keys: string[]]> => {
    const reply = await send('SCAN', cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
    const [next, keys] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if ((typeof next === 'string' || typeof next === 'number') && isTexts(keys)) return [String(next), keys];
    throw unexpected('SCAN', 'a cursor and an array of texts', reply);
  };

  return {
    get: async (key) => {
      checkKey('redisStore.get', key);
      const reply = await send('HMGET', prefix + key, 'value', 'version');
      const [value, version] = Array.isArray(reply) ? (reply as unknown[]) : [];
      if (typeof value === 'string' && typeof version === 'string') return { value, version };
      if (value === null && version === null) return undefined;
      throw unexpected('HMGET', 'two texts or two nulls', reply);
    },
    set: async (key, value, options) => {
      checkWrite('redisStore.set', key, value, options);
      const { version = '', ttlMs } = options;
      const next = crypto.randomUUID();
      return hasWritten(
        await send('EVAL', COMPARE_AND_SET, '1', prefix + key, version, next, value, String(ttlMs)),
      );
    },
    keys: async function* (keyPrefix, limit) {
      checkListing('redisStore.keys', keyPrefix, limit);
      const pattern = `${escapePattern(prefix + keyPrefix)}*`;
      // Redis may name a key more than once.
      const seen = new Set<string>();
      let cursor = '0';
      do {
        if (seen.size >= limit) return;
        const [next, found] = await scan(cursor, pattern);
        for (const key of found) {
          if (seen.has(key)) continue;
          if (seen.size >= limit) return;
          seen.add(key);
          yield key.slice(prefix.length);
        }
        cursor = next;
      } while (cursor !== '0');
    },
  };
}
