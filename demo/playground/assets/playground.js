/** The playground: an element whose every attribute is a control, and what it does as a log. */

const controls = document.querySelector('#controls');
const stage = document.querySelector('#stage');
const statusText = document.querySelector('#status');
const toast = document.querySelector('#toast');
const gateway = controls.dataset.gateway;

/** Attributes by name, with what they are where they are left alone. */
const ATTRIBUTES = {
  'secure-id-endpoint': '',
  'secure-id': '',
  'order-status-endpoint': '',
  mode: 'pay',
  'request-data': '',
  credentials: '',
  loading: '',
  theme: '',
  'color-scheme': '',
  'button-text': '',
  'setup-timeout': '',
  'gateway-origin': 'https://ccapi.iotpaycloud.com',
  lang: '',
};
/** What IOTPay's form reads when it is mounted: a change needs a new element. */
const AT_MOUNT = /^(?:theme|button-text|options|loading|gateway-origin|--)/;
/** Fields that hold JSON. */
const JSON_FIELDS = ['request-data', 'options', 'requestHeaders'];
const EVENTS = ['iotpay-ready', 'iotpay-success', 'iotpay-fail', 'iotpay-timeout', 'iotpay-error'];

let checkout;

/* ---- from the controls to the element ---- */

function read() {
  const data = new FormData(controls);
  const text = (name) => String(data.get(name) ?? '').trim();
  const attributes = {};
  for (const [name, usual] of Object.entries(ATTRIBUTES)) {
    const value = name === 'request-data' ? compact(text(name)) : text(name);
    if (value && value !== usual) attributes[name] = value;
  }
  if (data.has('no-redirect')) attributes['no-redirect'] = '';
  const styles = {};
  for (const name of data.keys()) if (name.startsWith('--') && text(name)) styles[name] = text(name);
  const properties = {};
  for (const name of ['options', 'requestHeaders']) {
    const value = parse(text(name));
    if (value !== undefined) properties[name] = value;
  }
  return { attributes, styles, properties };
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON without its line breaks; what is no JSON stays as it is, to see how the element takes it. @param {string} text */
function compact(text) {
  const value = parse(text);
  return value === undefined ? text : JSON.stringify(value);
}

function apply() {
  const { attributes, styles, properties } = read();
  for (const name of [...Object.keys(ATTRIBUTES), 'no-redirect']) {
    if (!(name in attributes)) checkout.removeAttribute(name);
    else if (checkout.getAttribute(name) !== attributes[name]) checkout.setAttribute(name, attributes[name]);
  }
  for (const name of [...checkout.style]) if (!(name in styles)) checkout.style.removeProperty(name);
  for (const [name, value] of Object.entries(styles)) checkout.style.setProperty(name, value);
  checkout.options = properties.options;
  checkout.requestHeaders = properties.requestHeaders;
  showMarkup({ attributes, styles, properties });
}

/** Makes a new element in place of the old one. */
function restart() {
  const old = checkout;
  checkout = document.createElement('iotpay-checkout');
  checkout.classList.add('on-stage');
  apply();
  for (const name of EVENTS) checkout.addEventListener(name, logEvent);
  new MutationObserver(showStatus).observe(checkout, { attributeFilter: ['status'] });
  if (old) {
    for (const name of EVENTS) old.removeEventListener(name, logEvent);
    old.replaceWith(checkout);
  } else {
    stage.append(checkout);
  }
  showStatus();
}

function showStatus() {
  const status = checkout.status ?? 'idle';
  if (statusText.textContent !== status) statusText.textContent = status;
  statusText.dataset.status = status;
}

/* ---- markup to copy ---- */

/** @param {string} text @param {string} kind */
function piece(text, kind) {
  const span = document.createElement('span');
  span.className = kind;
  span.textContent = text;
  return span;
}

/** @param {string} value */
const quoted = (value) =>
  value.includes('"')
    ? `'${value.replaceAll('&', '&amp;').replaceAll("'", '&#39;')}'`
    : `"${value.replaceAll('&', '&amp;')}"`;

function showMarkup({ attributes, styles, properties }) {
  const code = document.querySelector('#markup');
  const parts = ['<', piece('iotpay-checkout', 'tag')];
  const all = { ...attributes };
  const css = Object.entries(styles).map(([name, value]) => `${name}: ${value}`);
  if (css.length) all.style = css.join('; ');
  for (const [name, value] of Object.entries(all)) {
    parts.push('\n  ', piece(name, 'name'));
    if (value) parts.push('=', piece(quoted(value), 'value'));
  }
  parts.push('\n></', piece('iotpay-checkout', 'tag'), '>');
  const set = Object.entries(properties);
  if (set.length) {
    parts.push(
      '\n\n<',
      piece('script', 'tag'),
      ' ',
      piece('type', 'name'),
      '=',
      piece('"module"', 'value'),
      '>',
    );
    parts.push('\n  const checkout = document.querySelector(', piece("'iotpay-checkout'", 'value'), ');');
    for (const [name, value] of set) {
      parts.push(`\n  checkout.${name} = `, piece(JSON.stringify(value), 'value'), ';');
    }
    parts.push('\n</', piece('script', 'tag'), '>');
  }
  code.replaceChildren(...parts);
}

/* ---- logs ---- */

/**
 * @param {string} list
 * @param {{kind: string, title: string, note: string, more?: unknown}} entry
 */
function log(list, { kind, title, note, more }) {
  const item = document.createElement('li');
  item.dataset.kind = kind;
  const head = document.createElement(more === undefined ? 'div' : 'summary');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString('en-CA', { hour12: false });
  head.append(piece(title, 'what'), piece(note, 'note'), time);
  if (more === undefined) {
    item.append(head);
  } else {
    const details = document.createElement('details');
    const pre = document.createElement('pre');
    pre.textContent = JSON.stringify(more, null, 2);
    details.append(head, pre);
    item.append(details);
  }
  document.querySelector(`#${list}`).prepend(item);
  return item;
}

/** @param {CustomEvent} event */
function logEvent(event) {
  const { type, detail } = event;
  const kind = type.slice('iotpay-'.length);
  if (controls.elements.prevent.checked && event.cancelable) event.preventDefault();
  if (kind === 'error') {
    const { code, message, retryable } = detail;
    log('events', { kind, title: type, note: code, more: { code, message, retryable } });
  } else if (detail && typeof detail === 'object') {
    // `raw` is what IOTPay sent, as it came: nothing for a log.
    const rest = { ...detail };
    delete rest.raw;
    const note = [rest.reason, rest.message, rest.source].filter(Boolean).join(' · ');
    log('events', { kind, title: type, note, more: rest });
  } else {
    log('events', { kind, title: type, note: '' });
  }
}

/** The page's own fetch, watched: what the element asks the shop's server. */
const realFetch = globalThis.fetch.bind(globalThis);
globalThis.fetch = async (resource, init) => {
  const url = new URL(resource instanceof Request ? resource.url : resource, location.href);
  if (!init?.body || url.origin === gateway || url.pathname === '/language') return realFetch(resource, init);
  const began = performance.now();
  const headers = Object.fromEntries(new Headers(init.headers));
  const request = { ...(parse(String(init.body)) ?? { body: String(init.body) }) };
  const tell = (kind, note, answer) =>
    log('requests', {
      kind,
      title: `${init.method ?? 'GET'} ${url.pathname}`,
      note: `${note} · ${Math.round(performance.now() - began)} ms`,
      more: { request: { headers, body: request }, answer },
    });
  try {
    const response = await realFetch(resource, init);
    const text = await response.clone().text();
    const answer = parse(text) ?? text.slice(0, 400);
    if (answer?.secureId) answer.secureId = `${answer.secureId.slice(0, 6)}…`;
    tell(response.ok ? 'good' : 'bad', String(response.status), answer);
    return response;
  } catch (error) {
    tell('bad', error.name === 'AbortError' ? 'given up' : 'no answer', undefined);
    throw error;
  }
};

/* ---- controls ---- */

controls.addEventListener('submit', (event) => event.preventDefault());
controls.addEventListener('input', ({ target }) => {
  if (!JSON_FIELDS.includes(target.name)) return;
  const wrong = target.value.trim() !== '' && parse(target.value) === undefined;
  target.toggleAttribute('data-wrong', wrong);
  const hint = target.closest('.field').querySelector('[data-hint]');
  hint.dataset.usual ??= hint.textContent;
  hint.textContent = wrong ? 'Not JSON yet.' : hint.dataset.usual;
});
controls.addEventListener('change', async ({ target }) => {
  if (target.name === 'prevent') return;
  if (target.name === 'quirks') {
    await realFetch(`${gateway}/sandbox/quirks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: String(target.checked),
    });
    // The script keeps the quirks that it was loaded with: a page of its own is needed for those.
    say(target.checked ? 'Quirks on. Reload the page for those of the script.' : 'Quirks off.');
    return;
  }
  if (AT_MOUNT.test(target.name)) restart();
  else apply();
});

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  if (!button) return;
  const { do: action, clear, preset, number, channel } = button.dataset;
  if (action === 'load') checkout.load().catch((error) => say(`load(): ${error.message}`));
  if (action === 'focus') checkout.focus();
  if (action === 'restart') restart();
  if (clear) document.querySelector(`#${clear}`).replaceChildren();
  if (button.id === 'copy-markup')
    copy(document.querySelector('#markup').textContent, 'The markup is copied.');
  if (preset)
    setRequest(preset === 'unknown' ? { product: 'moon' } : { product: 'tide-mug', channel: preset });
  if (number) choose(button, number, channel);
});

/** @param {{product: string, channel?: string}} wanted */
function setRequest({ product, channel = 'PF_CC' }) {
  const field = controls.elements['request-data'];
  const before = field.value;
  field.value = JSON.stringify({ product, quantity: 1, channel }, null, 2);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  if (before !== field.value) apply();
}

/** @param {HTMLElement} button @param {string} number @param {string} channel */
function choose(button, number, channel) {
  for (const other of document.querySelectorAll('.scenario[aria-pressed]'))
    other.removeAttribute('aria-pressed');
  button.setAttribute('aria-pressed', 'true');
  const wanted = channel || 'PF_CC';
  const data = parse(controls.elements['request-data'].value);
  const other = data?.channel !== undefined && data.channel !== wanted;
  if (other) setRequest({ product: data.product ?? 'tide-mug', channel: wanted });
  copy(number, other ? `Copied. request-data is now for ${wanted}.` : 'Copied: paste it into the form.');
  button.dataset.copied = '';
  setTimeout(() => delete button.dataset.copied, 1600);
}

/** @param {string} text @param {string} message */
async function copy(text, message) {
  try {
    await navigator.clipboard.writeText(text);
    say(message);
  } catch {
    say('The browser does not let this page copy: select the text instead.');
  }
}

let toastTimer;
/** @param {string} message */
function say(message) {
  toast.textContent = message;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toast.textContent = ''), 3500);
}

restart();
