import { readFileSync } from 'node:fs';
import { Hono } from 'hono';

/** What can be wrong with the second file of the CDN build. */
export type ExtrasFault = 'missing' | 'stalled' | 'tampered' | 'late' | 'once';

const read = (name: string) => readFileSync(`dist/cdn/${name}`, 'utf8');
const script = (text: string) => new Response(text, { headers: { 'Content-Type': 'text/javascript' } });

/** A file of the CDN build. */
export function builtFile(name: string): Response {
  return /^[\w-]+\.js$/.test(name) ? script(read(name)) : new Response('', { status: 404 });
}

/** How long the file takes that is `late`, in milliseconds. */
const LATE_MS = 1500;

/**
 * The CDN build with a second file that has a fault: `/FAULT/TAG/iotpay-checkout.js`. With `once` the first request for
 * each tag is not answered.
 */
export function extrasServer(): Hono {
  const app = new Hono();
  const asked = new Map<string, number>();
  app.get('/:fault/:tag/iotpay-checkout.js', () => builtFile('iotpay-checkout.js'));
  app.get('/:fault/:tag/asked', ({ req, text }) => text(`${asked.get(req.param('tag')) ?? 0}`));
  app.get('/:fault/:tag/iotpay-checkout-extras.js', async ({ req, notFound }) => {
    const { fault, tag } = req.param();
    const count = (asked.get(tag) ?? 0) + 1;
    asked.set(tag, count);
    const text = read('iotpay-checkout-extras.js');
    if (fault === 'missing' || (fault === 'once' && count === 1)) return notFound();
    if (fault === 'stalled') return new Promise<Response>(() => undefined);
    if (fault === 'tampered') return script(`globalThis.tampered = true;${text}`);
    if (fault === 'late') await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    return script(text);
  });
  return app;
}
