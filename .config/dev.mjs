// `npm run dev`: the demo shop and the playground, built again, started again and reloaded in the browser whenever a file
// of `src/` or `demo/` changes. A small proxy stands in front of the shop and adds the script that reloads the page.
import { spawn } from 'node:child_process';
import { watch as watchFiles } from 'node:fs';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';
import { streamSSE } from 'hono/streaming';
import { watch } from 'rollup';
import { loadConfigFile } from 'rollup/loadConfigFile';

const PORT = Number(process.env.PORT ?? 3000);
const SHOP_PORT = PORT + 1000;
const SHOP = `http://127.0.0.1:${SHOP_PORT}`;
/** Changes that come closer together than this are one, in milliseconds. */
const QUIET_MS = 150;

/** Shown while no shop is running; it is reloaded when one answers. */
const STARTING = '<!doctype html><title>Starting</title><p>The shop is being built and started.';

/** Tells every open page to reload. */
const pages = new Set();
const reload = () => pages.forEach((tell) => tell());

let shop;
let stopping = false;

/** Stops the shop that is running, starts a new one and waits until it answers. */
async function restart() {
  if (shop) {
    const gone = new Promise((resolve) => shop.once('exit', resolve));
    shop.kill();
    await gone;
  }
  shop = spawn(process.execPath, ['demo/server.js'], {
    // It prints its own address, which is not the one to open.
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: `${SHOP_PORT}` },
  });
  const running = shop;
  while (running.exitCode === null && !(await fetch(SHOP).catch(() => undefined))) {
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
  if (running.exitCode === null) reload();
  else console.error('The shop did not start. It is started again at the next change.');
}

// One restart at a time; changes during a restart lead to one more.
let wanted = false;
let busy = false;
async function change() {
  wanted = true;
  if (busy || stopping) return;
  busy = true;
  while (wanted) {
    wanted = false;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    await restart();
  }
  busy = false;
}

/** The page with our script at its end; the shop's policy lets it run by the nonce of the shop's own scripts. */
function withReload(html) {
  const nonce = /<script[^>]* nonce="([^"]+)"/.exec(html)?.[1] ?? '';
  return `${html}<script nonce="${nonce}">
  new EventSource('/dev/changes').addEventListener('message', () => location.reload());
</script>`;
}

const app = new Hono();
app.get('/dev/changes', (context) =>
  streamSSE(context, async (stream) => {
    const tell = () => void stream.writeSSE({ data: 'changed' });
    pages.add(tell);
    await new Promise((resolve) => stream.onAbort(resolve));
    pages.delete(tell);
  }),
);
app.all('*', async ({ req }) => {
  const { pathname, search } = new URL(req.url);
  const answer = await proxy(SHOP + pathname + search, { raw: req.raw, redirect: 'manual' }).catch(
    () => new Response(STARTING, { status: 503, headers: { 'Content-Type': 'text/html' } }),
  );
  if (!answer.headers.get('Content-Type')?.startsWith('text/html')) return answer;
  const headers = new Headers(answer.headers);
  headers.delete('Content-Length');
  return new Response(withReload(await answer.text()), { status: answer.status, headers });
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: PORT });

const { options } = await loadConfigFile(new URL('../rollup.config.mjs', import.meta.url).pathname);
// The CDN file is what the shop's pages load: here without the minifier, which takes most of the build's time.
const quick = options.map((each) => ({
  ...each,
  plugins: each.plugins.filter(({ name }) => name !== 'terser'),
}));
const builder = watch(quick);
builder.on('event', (event) => {
  if (event.result) void event.result.close();
  if (event.code === 'ERROR') console.error(`\n${event.error.message}\n`);
  if (event.code !== 'END') return;
  console.log(`${new Date().toLocaleTimeString()}  built; the shop is at http://127.0.0.1:${PORT}`);
  void change();
});
watchFiles('demo', { recursive: true }, () => void change());

process.once('SIGINT', () => {
  stopping = true;
  shop?.kill();
  process.exit();
});
