// One outcome, whatever IOTPay's script says and in whatever order: properties over sequences of callbacks.
import { expect, fixture, html } from '@open-wc/testing';
import fc from 'fast-check';
import '../../src/index.js';
import type { IotpayCheckout, IotpayOutcome } from '../../src/index.js';
import type { FaultyMount } from '../support/fault-server.js';
import { mounts, pause, servers, unique, until } from '../support/element.js';

type Meaning = 'success' | 'fail' | 'timeout' | 'nothing';

interface Callback {
  readonly means: Meaning;
  readonly event: unknown;
}

const RANK: Record<Meaning, number> = { nothing: 0, fail: 1, timeout: 2, success: 3 };

/** Documented callbacks in every shape that nobody rules out: texts for numbers, missing parts, the old shape. */
const status = (values: readonly number[]) =>
  fc.constantFrom(...values).chain((value) => fc.constantFrom<unknown>(value, `${value}`, ` ${value} `));
const junk = fc.record(
  { payOrderId: fc.anything(), cardNum: fc.string(), unknownField: fc.anything(), mchOrderNo: fc.anything() },
  { requiredKeys: [] },
);
/** A result as IOTPay tells it today, and as it told it in its oldest samples. */
const shaped = (result: string, retData: fc.Arbitrary<object>, message: fc.Arbitrary<string | undefined>) =>
  fc.oneof(
    fc.tuple(retData, message).map(([data, text]) => ({ result, message: text, detail: { retData: data } })),
    fc.tuple(retData, message).map(([data, retMsg]) => ({ retCode: result, retMsg, retData: data })),
  );
const harmless = fc.constantFrom<string | undefined>(undefined, '', 'Declined', 'Do not honour');

const callback: fc.Arbitrary<Callback> = fc.oneof(
  fc
    .oneof(
      shaped(
        'SUCCESS',
        fc.tuple(junk, status([2, 3])).map(([data, s]) => ({ ...data, status: s })),
        harmless,
      ),
      fc.constant({ result: 'SUCCESS' }),
    )
    .map((event) => ({ means: 'success' as const, event })),
  fc
    .oneof(
      shaped('FAIL', junk, harmless),
      shaped(
        'FAIL',
        status([9]).map((s) => ({ status: s })),
        harmless,
      ),
      fc.constant({ result: 'FAIL' }),
    )
    .map((event) => ({ means: 'fail' as const, event })),
  fc
    .oneof(
      shaped('FAIL', junk, fc.constantFrom('Timeout', 'timeout', 'TIMEOUT', 'Request Timeout')),
      shaped(
        'SUCCESS',
        status([0, 1, 4, 9]).map((s) => ({ status: s })),
        harmless,
      ),
      shaped(
        'FAIL',
        status([0, 1, 2, 3]).map((s) => ({ status: s })),
        harmless,
      ),
      fc.constant({ result: 'PENDING' }),
      fc.constant({ result: 'SUCCESS', detail: { retCode: 'FAIL' } }),
      fc.constant({ result: { nested: true } }),
    )
    .map((event) => ({ means: 'timeout' as const, event })),
  fc
    .constantFrom<unknown>(
      undefined,
      null,
      'done',
      7,
      [],
      {},
      { message: 'hello' },
      { detail: { retData: { status: 2 } } },
    )
    .map((event) => ({ means: 'nothing' as const, event })),
);

/** What a sequence should make anybody hear: outcomes only move up, each FAIL before that is heard. */
function expected(meanings: readonly Meaning[]): Meaning[] {
  const heard: Meaning[] = [];
  let rank = 0;
  for (const means of meanings) {
    if (means === 'nothing' || RANK[means] < rank || (RANK[means] === rank && means !== 'fail')) continue;
    rank = RANK[means];
    heard.push(means);
  }
  return heard;
}

const STATUS: Record<Meaning, string> = {
  nothing: 'ready',
  fail: 'failed',
  timeout: 'unknown',
  success: 'succeeded',
};

interface Run {
  readonly element: IotpayCheckout;
  readonly heard: Meaning[];
  readonly mount: FaultyMount;
  readonly stop: () => void;
}

const OUTCOMES = ['success', 'fail', 'timeout'] as const;

async function begin(settings: Record<string, unknown> = {}): Promise<Run> {
  const element = await fixture<IotpayCheckout>(html`<iotpay-checkout loading="manual"></iotpay-checkout>`);
  Object.assign(element, { secureId: unique('run'), gatewayOrigin: servers.faults.gateways.ok, ...settings });
  const heard: Meaning[] = [];
  const seen = new WeakSet<object>();
  const hear = (event: Event) => {
    const { detail } = event as CustomEvent<IotpayOutcome>;
    const type = event.type.slice('iotpay-'.length) as Meaning;
    // Out of the page an outcome is told at the document; another element's is none of ours.
    if (event.target !== element && (event.target !== document || element.result !== detail)) return;
    // State first, then the event.
    if (event.currentTarget === element && (element.result !== detail || element.status !== STATUS[type]))
      throw new Error('The state comes late.');
    // At the element and at the document: one outcome, heard once.
    if (!seen.has(detail)) heard.push(type);
    seen.add(detail);
  };
  const off = new AbortController();
  for (const type of OUTCOMES) {
    for (const target of [element, document]) {
      target.addEventListener(`iotpay-${type}`, hear, { signal: off.signal });
    }
  }
  await element.load();
  const mount = mounts().at(-1);
  if (!mount) throw new Error('Nothing is mounted.');
  return {
    element,
    heard,
    mount,
    stop: () => {
      off.abort();
      element.remove();
    },
  };
}

const visible = (element: Element): number =>
  [...element.querySelectorAll('iframe')].filter((frame) =>
    frame.checkVisibility({ visibilityProperty: true }),
  ).length;

const RUNS = { numRuns: 40, interruptAfterTimeLimit: 60_000, includeErrorInReport: true };
const warn = console.warn;
before(() => (console.warn = () => {}));
after(() => (console.warn = warn));

// The vendor here is the fault server's: the sandbox's quirks make no difference to it.
if (servers.group === 'plain') {
  describe('whatever is called back, in whatever order', function () {
    this.timeout(120_000);

    it('outcomes only move up, and each is heard once', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(callback, fc.boolean()), { maxLength: 10 }), async (sequence) => {
          const { element, heard, mount, stop } = await begin();
          for (const [{ event }, apart] of sequence) {
            mount.callback(event);
            if (apart) await pause(0);
          }
          const wanted = expected(sequence.map(([{ means }]) => means));
          expect(heard).to.deep.equal(wanted);
          expect(element.status).to.equal(STATUS[wanted.at(-1) ?? 'nothing']);
          const one = /ready|failed/.test(element.status) ? 1 : 0;
          await until(() => visible(element) === one, `${one} form in sight`);
          stop();
        }),
        RUNS,
      );
    });

    it('a success is never dropped, wherever the element is by then', async () => {
      const where = fc.constantFrom('in place', 'moved', 'removed', 'removed and forgotten', 'superseded');
      await fc.assert(
        fc.asyncProperty(fc.array(callback, { maxLength: 4 }), where, async (before, place) => {
          const { element, heard, mount, stop } = await begin();
          for (const { event } of before) mount.callback(event);
          if (place === 'moved') document.body.append(element);
          if (place.startsWith('removed')) element.remove();
          if (place === 'removed and forgotten') await pause(5);
          if (place === 'superseded' && !before.some(({ means }) => means === 'success')) {
            element.secureId = unique('newer');
            await until(
              () => element.status === 'ready' && mounts().at(-1) !== mount,
              'the newer form',
              5000,
            );
          }
          mount.callback({ result: 'SUCCESS', detail: { retData: { status: 2 } } });
          expect(heard.filter((each) => each === 'success').length).to.equal(1);
          expect(element.status).to.equal('succeeded');
          await until(() => !element.querySelector('iframe'), 'the frame is gone');
          stop();
        }),
        RUNS,
      );
    });

    it('of a form that was replaced, a FAIL is ignored; an unknown outcome takes the newer form down', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(callback, { minLength: 1, maxLength: 5 }), async (late) => {
          const { element, heard, mount, stop } = await begin();
          element.secureId = unique('newer');
          await until(() => element.status === 'ready' && mounts().at(-1) !== mount, 'the newer form', 5000);
          for (const { event } of late) mount.callback(event);
          const meanings = late.map(({ means }) => means).filter((means) => means !== 'fail');
          expect(heard).to.deep.equal(expected(meanings));
          const one = element.status === 'ready' ? 1 : 0;
          await until(() => visible(element) === one, `${one} form in sight`);
          stop();
        }),
        RUNS,
      );
    });

    it('after a success nothing is fired, mounted or fetched', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(callback, { maxLength: 6 }), async (late) => {
          const { element, heard, mount, stop } = await begin();
          mount.callback({ result: 'SUCCESS' });
          const mounted = mounts().length;
          const requests = performance.getEntriesByType('resource').length;
          for (const { event } of late) {
            mount.callback(event);
            await element.load();
          }
          document.body.append(element);
          await pause(10);
          expect(heard).to.deep.equal(['success']);
          expect(element.status).to.equal('succeeded');
          expect(mounts().length).to.equal(mounted);
          expect(performance.getEntriesByType('resource').length).to.equal(requests);
          stop();
        }),
        RUNS,
      );
    });

    it('ten at once are one outcome', async () => {
      const { heard, mount, stop } = await begin();
      for (let i = 0; i < 10; i++) mount.callback({ result: 'SUCCESS' });
      expect(heard).to.deep.equal(['success']);
      stop();
    });

    it('a listener that starts over meets a new payment, not the old one’s end', async () => {
      const { element, heard, mount, stop } = await begin();
      element.addEventListener('iotpay-fail', () => void element.load(), { once: true });
      element.secureIdEndpoint = `${servers.backend}/api/secure-id`;
      await until(() => element.status === 'ready' && mounts().at(-1) !== mount, 'the endpoint’s form', 5000);
      const second = mounts().at(-1);
      second?.callback({ result: 'FAIL' });
      await until(() => element.status === 'ready' && mounts().at(-1) !== second, 'a fresh form', 5000);
      mounts().at(-1)?.callback({ result: 'SUCCESS' });
      expect(heard).to.deep.equal(['fail', 'success']);
      stop();
    });
  });
}
