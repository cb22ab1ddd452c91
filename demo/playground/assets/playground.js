/** The playground: a state in the address, the stage that shows it, and what the stage tells. */
import { onTab, showCode, shownCode } from './code.js';
import { onControl, showColours, showState } from './controls.js';
import { log, logMessage } from './log.js';
import { readLooks, showFigures } from './looks.js';
import { channelOf, play } from './runs.js';
import { parse, readState, writeState } from './state.js';

const { gatewayOrigin, manifest, channels } = JSON.parse(document.querySelector('#facts').textContent);
const names = [
  ...manifest.attributes.map(({ name }) => name),
  ...manifest.properties.map(({ name }) => `.${name}`),
];
/** What can change on a living stage; everything else is read when the form is made. */
const LIVE = (name) => name.startsWith('--') && !name.startsWith('--iotpay-button-');
/** What the stage need not know. */
const ASIDE = ['tab', 'run', 'themes'];

const stage = document.querySelector('#stage');
const world = document.querySelector('#world');
const statusText = document.querySelector('#status');
const toast = document.querySelector('#toast');

let state = readState(location.search, names);
let outcomes = 0;
let running = new AbortController();

/* ---- the state ---- */

/** @param {Readonly<Record<string, string>>} changes @param {{live?: boolean}} [how] */
function change(changes, { live = false } = {}) {
  state = { ...state, ...changes };
  history.replaceState(null, '', `${location.pathname}${writeState(state)}`);
  showState(state);
  showCode(state);
  world.value = state['world'] ?? '';
  if (live) showLive();
  else if (Object.keys(changes).some((name) => !ASIDE.includes(name))) showStage();
}

/** The stage's address: the state, without what only the page around it is about. */
function addressOf(shown) {
  const own = Object.fromEntries(Object.entries(shown).filter(([name]) => !ASIDE.includes(name)));
  return `/playground/stage${writeState(own)}`;
}

function showStage() {
  running.abort();
  outcomes = 0;
  setStatus('idle');
  // In place of the old page: the way back leaves the playground, and not a state of it.
  stage.contentWindow.location.replace(addressOf(state));
}

/** Custom properties on the living stage: the rule that the page's own style sheet has. */
function showLive() {
  const page = stage.contentDocument;
  const element = page?.querySelector('iotpay-checkout');
  if (!element) return;
  page.defaultView.history.replaceState(null, '', addressOf(state));
  for (const { name } of manifest.tokens) {
    if (!LIVE(name)) continue;
    if (state[name]) element.style.setProperty(name, state[name]);
    else element.style.removeProperty(name);
  }
  showFiguresOfStage();
}

function showFiguresOfStage() {
  const looks = stage.contentDocument && readLooks(stage.contentDocument, manifest.tokens);
  if (!looks) return;
  showFigures(document.querySelector('#contrast tbody'), looks.figures);
  showColours(looks.colours);
}

/* ---- what the stage tells ---- */

/** @param {string} status */
function setStatus(status) {
  if (statusText.textContent !== status) statusText.textContent = status;
  statusText.dataset.status = status;
}

addEventListener('message', ({ source, origin, data }) => {
  if (origin !== location.origin || data?.from !== 'stage') return;
  if (source !== stage.contentWindow) return showTheme(source, data);
  if (data.kind === 'status') setStatus(data.status);
  if (data.kind === 'height') stage.style.height = `${Math.max(data.height, 460)}px`;
  if (data.kind === 'trouble') say(data.note);
  if (data.kind === 'request') logMessage(data);
  if (data.kind === 'event') {
    if (/fail|success|timeout/.test(data.name)) outcomes++;
    logMessage(data);
  }
  if (data.kind === 'loaded') stageLoaded();
});

function stageLoaded() {
  showFiguresOfStage();
  const { run } = state;
  if (run) start(run);
}

/* ---- runs ---- */

/** @param {string} run */
function start(run) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  log('events', { kind: 'run', title: run, note: 'run' });
  play(run, {
    send: (message) => stage.contentWindow.postMessage(message, location.origin),
    status: () => statusText.textContent,
    outcomes: () => outcomes,
    signal,
  }).catch((error) => say(error.message));
}

/** A run has an address: the stage begins anew with it. @param {string} run */
function choose(run) {
  const data = parse(state['request-data'] ?? '') ?? {};
  const wanted = { product: 'tide-mug', quantity: 1, ...data, channel: channelOf(run, channels) };
  change({ run, 'request-data': JSON.stringify(wanted) });
}

/* ---- the page ---- */

onControl((name, value, live) =>
  change({ [name]: value, ...(live ? {} : { run: '' }) }, { live: live || LIVE(name) }),
);
onTab((tab) => change({ tab: tab === 'html' ? '' : tab }));

world.addEventListener('change', () => {
  const before = state['world'] ?? '';
  const policy = world.value === 'blocked' || before === 'blocked';
  if (policy) return change({ world: world.value });
  // A living stage goes on in the other world: what hangs goes on hanging, what is asked next meets the new one.
  const back = before === 'offline';
  if (statusText.textContent !== 'idle' && world.value === '') {
    change({ world: '' }, { live: true });
    if (back) stage.contentWindow.dispatchEvent(new Event('online'));
    return undefined;
  }
  return change({ world: world.value });
});

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  if (!button) return;
  const { do: action, clear, run } = button.dataset;
  const element = stage.contentDocument?.querySelector('iotpay-checkout');
  if (action === 'load') element?.load().catch((error) => say(`load(): ${error.message}`));
  if (action === 'focus') element?.focus();
  if (action === 'restart') change({ run: '', world: state['world'] ?? '' });
  if (clear) document.querySelector(`#${clear}`).replaceChildren();
  if (run) choose(run);
  if (button.id === 'copy') copy(shownCode());
});

document.querySelector('#quirks')?.addEventListener('change', async ({ target }) => {
  const response = await fetch(`${gatewayOrigin}/sandbox/quirks`, {
    method: 'POST',
    body: String(target.checked),
  });
  if (!response.ok) return say(`The sandbox answered ${response.status}.`);
  return showStage();
});

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say('The code is copied.');
  } catch {
    // No right to the clipboard: it is selected instead.
    getSelection()?.selectAllChildren(document.querySelector('#code'));
    say('The browser does not let this page copy. The code is selected.');
  }
}

let toastTimer;
/** @param {string} message */
function say(message) {
  toast.textContent = message;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toast.textContent = ''), 5000);
}

/* ---- themes ---- */

const themes = document.querySelector('#themes');
const figures = [...themes.querySelectorAll('figure')];
themes.addEventListener('toggle', () => {
  change({ themes: themes.open ? '1' : '' });
  for (const figure of figures) {
    const frame = figure.querySelector('iframe');
    const { sheet, page } = figure.dataset;
    if (themes.open && !frame.src) frame.src = addressOf({ sheet, page });
  }
});

function showTheme(source, { kind }) {
  const figure = figures.find((each) => each.querySelector('iframe').contentWindow === source);
  if (!figure || kind !== 'loaded') return;
  const looks = readLooks(source.document, manifest.tokens);
  const text = looks?.figures
    .filter(({ least }) => least !== undefined)
    .map(({ title, ratio, enough }) => `${title} ${ratio.toFixed(1)}${enough ? '' : ' (too little)'}`);
  figure.querySelector('[data-figures]').textContent = text?.join(' · ') ?? '';
}

// What the address sets is in sight.
const usual = readState('', names);
for (const part of document.querySelectorAll('.pg-controls details')) {
  part.open = [...part.querySelectorAll('[name]')].some(
    ({ name }) => (state[name] ?? '') !== (usual[name] ?? ''),
  );
}
themes.open = state['themes'] === '1';
change(state);
