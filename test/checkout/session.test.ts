// Where a secureId comes from, which key its request carries, and how the merchant's answer is read.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { BackendRequest } from '../../src/checkout/backend.js';
import { IotpayCheckoutError, type IotpayErrorCode } from '../../src/checkout/errors.js';
import {
  requestSecureId,
  SECURE_ID_AGE_MS,
  SecureIds,
  uuid,
  type Answer,
  type SecureIdSource,
} from '../../src/checkout/session.js';
import { keepAlive } from '../support/alive.js';

keepAlive();

const ENDPOINT = 'https://shop.example/api/secure-id';
const { signal } = new AbortController();

function source(settings: Partial<SecureIdSource> = {}): SecureIdSource {
  return {
    secureId: undefined,
    endpoint: ENDPOINT,
    mode: 'pay',
    requestData: {},
    headers: undefined,
    credentials: 'same-origin',
    ...settings,
  };
}

describe('SecureIds', () => {
  /** A backend that says what it is asked, and gives a new secureId each time; `null`: no answer. */
  function backend(answers: (Answer | null)[] = []) {
    const requests: BackendRequest[] = [];
    const ids = new SecureIds(
      async (request, _signal, answered) => {
        requests.push(request);
        const answer = answers.length > 0 ? answers.shift() : { secureId: `id-${requests.length}` };
        if (!answer) throw new IotpayCheckoutError('endpoint-network', 'No answer.');
        answered();
        return answer;
      },
      () => 1000,
    );
    return { ids, requests, keys: () => requests.map(({ key }) => key) };
  }

  it("takes the page's own first, and asks for another once that has been in a form", async () => {
    const { ids, requests } = backend();
    const own = source({ secureId: 'own' });
    assert.deepEqual(await ids.next(own, signal), { secureId: 'own', at: 1000 });
    assert.equal((await ids.next(own, signal)).secureId, 'own');
    ids.spend('own', own);
    assert.equal((await ids.next(own, signal)).secureId, 'id-1');
    assert.equal((await ids.next(source({ secureId: 'newer' }), signal)).secureId, 'newer');
    assert.equal(requests.length, 1);
  });

  it('says which order of this intent has failed', async () => {
    const { ids, requests } = backend();
    await ids.next(source({ requestData: { orderId: 7 } }), signal);
    await ids.next(source({ requestData: { orderId: 7 } }), signal, 'M1');
    assert.deepEqual(
      requests.map(({ body }) => JSON.parse(body) as unknown),
      [
        { orderId: 7, mode: 'pay' },
        { orderId: 7, mode: 'pay', failed: 'M1' },
      ],
    );
    assert.notEqual(requests[0]?.key, requests[1]?.key);
  });

  it('counts the age of a secureId from when the backend says that it was made', async () => {
    const { ids } = backend([
      { secureId: 'new', expiresInMs: 3_600_000 },
      { secureId: 'shared', expiresInMs: 600_000 },
      { secureId: 'odd', expiresInMs: 9_000_000 },
    ]);
    assert.equal((await ids.next(source(), signal)).at, 1000);
    assert.equal((await ids.next(source(), signal)).at, 1000 - 3_000_000);
    assert.equal((await ids.next(source(), signal)).at, 1000);
  });

  /** What a starter has begun: 1000 is now. */
  function begun(request: Partial<BackendRequest> = {}, at = 400) {
    let aborted = false;
    const started = {
      request: {
        url: ENDPOINT,
        body: '{"mode":"pay"}',
        headers: undefined,
        credentials: 'same-origin' as const,
        key: 'early',
        ...request,
      },
      response: Promise.resolve(new Response('{}')),
      abort: () => (aborted = true),
      at,
      refused: false,
    };
    return { started, aborted: () => aborted };
  }

  it('joins what was begun before, once, and is as old as that', async () => {
    const { ids, keys } = backend();
    const { started, aborted } = begun();
    ids.adopt(started);
    assert.equal((await ids.next(source(), signal)).at, 400);
    await ids.next(source(), signal);
    assert.equal(keys()[0], 'early');
    assert.notEqual(keys()[1], 'early');
    assert.equal(aborted(), false);
  });

  it('still joins it where a start before needed no secureId, or ended too early to ask for one', async () => {
    const { ids, keys } = backend();
    ids.adopt(begun().started);
    ids.adopt(undefined);
    await ids.next(source(), signal);
    assert.deepEqual(keys(), ['early']);
  });

  it('gives up what was begun at another address, and does not use its key there', async () => {
    const { ids, keys } = backend();
    const { started, aborted } = begun();
    ids.adopt(started);
    assert.equal((await ids.next(source({ endpoint: `${ENDPOINT}/other` }), signal)).at, 1000);
    assert.equal(aborted(), true);
    assert.notEqual(keys()[0], 'early');
  });

  it('gives up what was begun for another intent, and keeps its key for the same request', async () => {
    const { ids, keys } = backend();
    const { started, aborted } = begun();
    ids.adopt(started);
    await ids.next(source({ mode: 'add' }), signal);
    assert.equal(aborted(), true);
    await ids.next(source(), signal);
    assert.notEqual(keys()[0], 'early');
    assert.equal(keys()[1], 'early');
  });

  it('gives up what was begun with other headers or credentials, and sends it again with the same key', async () => {
    for (const other of [{ headers: new Headers({ 'X-CSRF': '1' }) }, { credentials: 'include' as const }]) {
      const { ids, keys } = backend();
      const { started, aborted } = begun();
      ids.adopt(started);
      assert.equal((await ids.next(source(other), signal)).at, 1000);
      assert.deepEqual(keys(), ['early']);
      assert.equal(aborted(), true);
    }
  });

  it('sends again what the page’s policy kept from leaving, and forgets what is too old', async () => {
    const refused = backend();
    refused.ids.adopt({ ...begun().started, refused: true });
    assert.equal((await refused.ids.next(source(), signal)).at, 1000);
    assert.deepEqual(refused.keys(), ['early']);
    const old = backend();
    const { started, aborted } = begun({}, 1000 - SECURE_ID_AGE_MS);
    old.ids.adopt(started);
    await old.ids.next(source(), signal);
    assert.notEqual(old.keys()[0], 'early');
    assert.equal(aborted(), true);
  });

  it("gives up what was begun where the page's own secureId is used", async () => {
    const { ids, requests } = backend();
    const { started, aborted } = begun();
    ids.adopt(started);
    assert.equal((await ids.next(source({ secureId: 'own' }), signal)).secureId, 'own');
    assert.equal(aborted(), true);
    assert.deepEqual(requests, []);
  });

  it("takes the page's own again where there is no backend to ask", async () => {
    const { ids, requests } = backend();
    const own = source({ secureId: 'own', endpoint: undefined });
    ids.spend('own', own);
    assert.equal((await ids.next(own, signal)).secureId, 'own');
    assert.deepEqual(requests, []);
  });

  it("is not misled by another's secureId that goes into a form", async () => {
    const { ids } = backend();
    const own = source({ secureId: 'own' });
    ids.spend('id-1', own);
    assert.equal((await ids.next(own, signal)).secureId, 'own');
  });

  it("does not hand out the page's own a second time once another has been in a form since", async () => {
    const { ids } = backend();
    const own = source({ secureId: 'own' });
    ids.spend('own', own);
    ids.spend('id-1', own);
    assert.notEqual((await ids.next(own, signal)).secureId, 'own');
  });

  it('sends the data and the mode, which the data cannot overwrite', async () => {
    const { ids, requests } = backend();
    await ids.next(source({ mode: 'add', requestData: { orderId: 7, mode: 'pay' } }), signal);
    assert.equal(requests[0]?.url, ENDPOINT);
    assert.deepEqual(JSON.parse(requests[0]?.body ?? ''), { orderId: 7, mode: 'add' });
  });

  it('keeps the key of a request that got no answer, and no other', async () => {
    const { ids, keys } = backend([null, null, { secureId: 'a' }, { secureId: 'b' }]);
    for (let i = 0; i < 4; i++) await ids.next(source(), signal).catch(() => undefined);
    const [first, second, third, fourth] = keys();
    assert.match(first ?? '', /^[\da-f-]{36}$/);
    assert.deepEqual([second, third], [first, first]);
    assert.notEqual(fourth, first);
  });

  it('has a key of its own for another body or another address', async () => {
    const { ids, keys } = backend([null, null, null, null]);
    for (const each of [
      source(),
      source({ requestData: { orderId: 7 } }),
      source({ endpoint: `${ENDPOINT}/2` }),
      source(),
    ])
      await ids.next(each, signal).catch(() => undefined);
    const [first, second, third, fourth] = keys();
    assert.equal(new Set([first, second, third]).size, 3);
    assert.equal(fourth, first);
  });

  it('tells a secureId that is still young enough from one that is not', () => {
    let now = 0;
    const ids = new SecureIds(undefined, () => now);
    const issued = { secureId: 'a', at: 0 };
    now = SECURE_ID_AGE_MS - 1;
    assert.equal(ids.isFresh(issued), true);
    now = SECURE_ID_AGE_MS;
    assert.equal(ids.isFresh(issued), false);
  });
});

describe('requestSecureId', () => {
  before(() => {
    // Node 20 has no navigator; a browser's says that it is online.
    if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { onLine: true } });
  });

  const request: BackendRequest = {
    url: ENDPOINT,
    body: '{}',
    headers: undefined,
    credentials: 'include',
    key: 'key',
  };

  interface Asked {
    readonly answer: Answer | undefined;
    readonly error: IotpayCheckoutError | undefined;
    readonly answered: number;
    readonly init: RequestInit | undefined;
  }

  async function ask(send: () => Response, headers: Readonly<Record<string, string>> = {}): Promise<Asked> {
    let answered = 0;
    let init: RequestInit | undefined;
    const page = new EventTarget() as Document;
    const asking = requestSecureId(
      { ...request, headers: { 'X-CSRF': 'token', ...headers } },
      signal,
      () => answered++,
      page,
      async (_url, given) => {
        init = given;
        return send();
      },
    );
    const settled = await asking.then(
      (answer) => ({ answer, error: undefined }),
      (error: IotpayCheckoutError) => ({ answer: undefined, error }),
    );
    return { ...settled, answered, init };
  }

  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

  it('posts JSON with its key, the page’s headers and credentials', async () => {
    const { init } = await ask(() => json({ secureId: 'a' }));
    const headers = new Headers(init?.headers);
    assert.equal(init?.method, 'POST');
    assert.equal(init?.credentials, 'include');
    assert.deepEqual(
      ['Content-Type', 'Accept', 'Idempotency-Key', 'X-CSRF'].map((name) => headers.get(name)),
      ['application/json', 'application/json', 'key', 'token'],
    );
  });

  it('posts JSON with a key of its own, whatever the page’s headers say: a fixed key would be one order for all', async () => {
    const { init } = await ask(() => json({ secureId: 'a' }), {
      'content-type': 'text/plain',
      accept: 'text/html',
      'idempotency-key': 'fixed',
    });
    const headers = new Headers(init?.headers);
    assert.deepEqual(
      ['Content-Type', 'Accept', 'Idempotency-Key'].map((name) => headers.get(name)),
      ['application/json', 'application/json', 'key'],
    );
  });

  const GOOD: [body: unknown, expected: Partial<Answer>][] = [
    [{ secureId: 'a' }, { secureId: 'a' }],
    [
      { secureId: ' a ', mchOrderNo: 7 },
      { secureId: 'a', mchOrderNo: '7' },
    ],
    [
      { retCode: 'SUCCESS', retMsg: 'OK', retData: { secureId: 'a', mchOrderNo: 'M1' } },
      { secureId: 'a', mchOrderNo: 'M1' },
    ],
    [
      { status: 2, mchOrderNo: 'M1' },
      { status: 2, mchOrderNo: 'M1' },
    ],
    [{ status: '0' }, { status: 0 }],
    [
      { secureId: 'a', expiresIn: '60' },
      { secureId: 'a', expiresInMs: 60_000 },
    ],
    // A time that is none would make a secureId that is never young, or never old.
    [{ secureId: 'a', expiresIn: 'soon' }, { secureId: 'a' }],
    [{ secureId: 'a', expiresIn: 1.5 }, { secureId: 'a' }],
  ];
  for (const [body, expected] of GOOD) {
    it(`reads ${JSON.stringify(body)}`, async () => {
      const { answer, answered } = await ask(() => json(body));
      const none = { secureId: undefined, status: undefined, mchOrderNo: undefined };
      assert.deepEqual(answer, { ...none, ...expected, raw: body });
      assert.equal(answered, 1);
    });
  }

  const BAD: [
    name: string,
    send: () => Response,
    code: IotpayErrorCode,
    message: RegExp,
    retryable: boolean,
  ][] = [
    ['500', () => json({}, 500), 'endpoint-http', /HTTP 500; expected/, true],
    ['408', () => json({}, 408), 'endpoint-http', /HTTP 408/, true],
    ['409', () => json({}, 409), 'endpoint-http', /HTTP 409/, true],
    ['425', () => json({}, 425), 'endpoint-http', /HTTP 425/, true],
    ['429', () => json({}, 429), 'endpoint-http', /HTTP 429/, true],
    ['403', () => json({ retMsg: 'No.' }, 403), 'endpoint-http', /HTTP 403 \(No\.\)/, false],
    ['no JSON', () => new Response('<p>'), 'endpoint-response', /received text\/plain/, true],
    ['nothing', () => new Response(null), 'endpoint-response', /an empty body \(HTTP 200\)/, true],
    ['another object', () => json({ a: 1, b: 2 }), 'endpoint-response', /an object with a, b/, true],
    ['a number as secureId', () => json({ secureId: 7 }), 'endpoint-response', /with secureId/, true],
    ['an array', () => json([]), 'endpoint-response', /without a secureId/, true],
    [
      'a refusal',
      () => json({ retCode: 'FAIL', retMsg: 'No.' }),
      'endpoint-rejected',
      /: No\.\. Check/,
      true,
    ],
    [
      'a refusal that holds a secureId',
      () => json({ retCode: 'FAIL', retMsg: 'No.', retData: { secureId: 'a' } }),
      'endpoint-rejected',
      /: No\.\. Check/,
      true,
    ],
    ['a strange envelope', () => json({ retCode: 7 }), 'endpoint-rejected', /retCode 7 without/, true],
  ];
  for (const [name, send, code, message, retryable] of BAD) {
    it(`refuses ${name}: ${code}`, async () => {
      const { error, answered } = await ask(send);
      assert.equal(error?.code, code);
      assert.match(error?.message ?? '', message);
      assert.equal(error?.retryable, retryable);
      assert.equal(answered, 1);
    });
  }

  it('counts a failure on the way as no answer, and keeps its cause', async () => {
    const cause = new TypeError('fetch failed');
    const { error, answered } = await ask(() => {
      throw cause;
    });
    assert.equal(error?.code, 'endpoint-network');
    assert.equal(error?.cause, cause);
    assert.equal(answered, 0);
  });

  it('counts an answer that breaks off as no answer', async () => {
    const broken = new ReadableStream({ start: (stream) => stream.error(new TypeError('cut')) });
    const { error, answered } = await ask(() => new Response(broken));
    assert.equal(error?.code, 'endpoint-network');
    assert.equal(answered, 0);
  });
});

describe('uuid', () => {
  it('is random, of version 4', () => {
    const made = Array.from({ length: 100 }, uuid);
    for (const each of made)
      assert.match(each, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.equal(new Set(made).size, made.length);
  });
});
