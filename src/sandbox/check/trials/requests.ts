import type { Answer } from '../answer.js';
import type { Stage } from '../stage.js';
import { expect } from '../flaw.js';
import type { Trial } from '../trial.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };
/** Far above what any page sends, in characters. */
const LARGE = 1024 * 1024;

/** Sends to both routes what they must refuse. @throws Flaw where an order is made, or the answer is no refusal */
async function refuses(
  stage: Stage,
  what: string,
  sent: (body: string) => { method?: string; headers?: Record<string, string>; body?: string },
): Promise<void> {
  const { secureIdUrl, orderStatusUrl } = stage.options;
  for (const [route, url] of [
    ['secure-id', secureIdUrl],
    ['order-status', orderStatusUrl],
  ] as const) {
    const { data } = await stage.order();
    let answer: Answer | undefined;
    const made = await stage.ordersMadeBy(async () => {
      answer = await stage.send(url, sent(JSON.stringify({ ...data, mode: 'pay' }))).catch(() => undefined);
    });
    expect(made.length === 0, `${route}: ${what} made an order at the gateway`);
    // A connection that is closed is a refusal too.
    if (!answer) continue;
    const refused = answer.http >= 400 && answer.http < 500;
    expect(refused, `${route}: ${what} was answered with ${answer.words}; expected HTTP 4xx`);
  }
}

const CROSS_SITE: readonly Readonly<Record<string, string>>[] = [
  { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { 'Sec-Fetch-Site': 'cross-site' },
];

/** Requests that no page of the shop sends. */
export const REQUEST_TRIALS: readonly Trial[] = [
  {
    id: 'cross-site',
    title: 'A page of another site asks',
    harm: 'Any site can make orders in your visitors’ names, and learn what became of theirs.',
    where: 'both routes for the browser',
    async run(stage) {
      for (const headers of CROSS_SITE) {
        const marks = Object.entries(headers).map((pair) => pair.join(': '));
        await refuses(stage, `a request with ${marks.join(', ')}`, (body) => ({
          headers: { ...JSON_TYPE, ...headers },
          body,
        }));
      }
    },
  },
  {
    id: 'method',
    title: 'Another method than POST',
    harm: 'A link or an image on any page makes orders; caches and logs see what they should not.',
    where: 'both routes for the browser',
    async run(stage) {
      await refuses(stage, 'GET', () => ({ method: 'GET' }));
      await refuses(stage, 'PUT', (body) => ({ method: 'PUT', headers: JSON_TYPE, body }));
    },
  },
  {
    id: 'content-type',
    title: 'Another Content-Type than application/json',
    harm: 'A form on any site can make orders in your visitors’ names.',
    where: 'both routes for the browser',
    async run(stage) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
        await refuses(stage, `Content-Type: ${type}`, (body) => ({
          headers: { 'Content-Type': type },
          body,
        }));
    },
  },
  {
    id: 'broken-json',
    title: 'What is no JSON object',
    harm: 'The server fails in a way that nobody foresaw; the log fills with traces.',
    where: 'both routes for the browser',
    async run(stage) {
      for (const body of ['{"mode": "pa', '', '[]', 'null', '"pay"'])
        await refuses(stage, `the body ${JSON.stringify(body)}`, () => ({ headers: JSON_TYPE, body }));
    },
  },
  {
    id: 'mode',
    title: 'A mode that there is not',
    harm: 'A page with a typing error takes money where it should save a card.',
    where: 'both routes for the browser',
    async run(stage) {
      const order = await stage.order();
      const made = await stage.ordersMadeBy(async () => {
        const answer = await stage.open(order, { mode: 'sub' as 'pay' });
        expect(!answer.secureId, 'mode "sub" got a form');
      });
      expect(made.length === 0, 'mode "sub" made an order at the gateway');
    },
  },
  {
    id: 'too-large',
    title: 'A body of one megabyte',
    harm: 'Anybody can fill the server’s memory.',
    where: 'both routes for the browser',
    async run(stage) {
      await refuses(stage, 'a body of one megabyte', (body) => ({
        headers: JSON_TYPE,
        body: body.replace('{', () => `{"padding":"${'x'.repeat(LARGE)}",`),
      }));
    },
  },
  {
    id: 'no-store',
    title: 'Answers that no cache keeps',
    harm: 'A cache hands one shopper’s form to another.',
    where: 'both routes for the browser',
    async run(stage) {
      const form = await stage.form(await stage.order());
      const answers = [await stage.open(form.order), await stage.status(form.order, form.mchOrderNo)];
      for (const { headers } of answers) {
        const cache = headers.get('Cache-Control') ?? 'none';
        expect(/no-store/i.test(cache), `an answer has Cache-Control: ${cache}; expected no-store`);
      }
    },
  },
];
