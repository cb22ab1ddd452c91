// A store that the soak's own process keeps and its servers ask over HTTP: nothing to install, and gone in no crash of theirs.
import type { Store, StoreWriteOptions } from '../../../src/server/index.js';

/** A call of a store, as JSON. */
export type StoreCall =
  | { readonly call: 'get'; readonly key: string }
  | {
      readonly call: 'set';
      readonly key: string;
      readonly value: string;
      readonly options: StoreWriteOptions;
    }
  | { readonly call: 'keys'; readonly prefix: string; readonly limit: number };

/** Answers one call, on the side of the store. */
export async function answerStoreCall(store: Store, asked: StoreCall): Promise<unknown> {
  switch (asked.call) {
    case 'get':
      return (await store.get(asked.key)) ?? null;
    case 'set':
      // JSON leaves an undefined version out.
      return store.set(asked.key, asked.value, {
        ...asked.options,
        version: asked.options.version ?? undefined,
      });
    case 'keys': {
      const keys: string[] = [];
      for await (const key of store.keys?.(asked.prefix, asked.limit) ?? []) keys.push(key);
      return keys;
    }
  }
}

/** The same store, on the side of a server. */
export function servedStore(url: string): Store {
  const ask = async (call: StoreCall): Promise<unknown> => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(call) });
    if (!response.ok) throw new Error(`The store answered HTTP ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    get: async (key) => ((await ask({ call: 'get', key })) ?? undefined) as Awaited<ReturnType<Store['get']>>,
    set: async (key, value, options) => (await ask({ call: 'set', key, value, options })) as boolean,
    keys: async function* (prefix, limit) {
      yield* (await ask({ call: 'keys', prefix, limit })) as string[];
    },
  };
}
