// @ts-check
// The form's behaviour, as it runs in the frame. It talks to the gateway (its own origin) and to the page around it.

import { group } from './card.js';
import { check, digitsOf, fill, inputOf, showBrand, showError } from './fields.js';
import { find, hosted, session, tell } from './session.js';

/** @import { DriveStep, FormAnswer, Marked, ScriptMessage } from '../protocol.js' */

const { texts, refusals } = session;
const form = find('form', HTMLFormElement);
const button = find('button[type=submit]', HTMLButtonElement);
const label = button.textContent;
const outcome = find('#outcome', HTMLElement);
const testCards = find('details', HTMLElement);

function tellHeight() {
  tell({ type: 'height', heightPx: Math.ceil(document.body.getBoundingClientRect().height) });
}

/* ---- what came of it ---- */

/** An attempt is under way. */
let busy = false;

/**
 * @param {boolean} on
 * @param {string} [text] on the button in the meantime
 */
function setBusy(on, text = texts.processing) {
  busy = on;
  form.classList.toggle('busy', on);
  // Not disabled: that would throw the keyboard's place away.
  button.setAttribute('aria-disabled', String(on));
  button.textContent = on ? text : label;
}

/**
 * @param {'' | 'good' | 'bad' | 'info'} kind
 * @param {string} text
 * @param {string} [lang] of the text, where it isn't the form's own
 */
function say(kind, text, lang = '') {
  outcome.dataset.kind = kind;
  if (lang) outcome.lang = lang;
  else outcome.removeAttribute('lang');
  outcome.textContent = text;
}

/** Takes no card any more. */
function close() {
  setBusy(false);
  form.hidden = true;
  testCards.hidden = true;
}

/** @param {string | undefined} next */
function leave(next) {
  if (hosted && next) setTimeout(() => location.replace(next), 800);
}

function timedOut() {
  close();
  say('info', texts.timedOut);
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<FormAnswer>}
 */
async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...body, key: session.secureId }),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

/** Asks what has become of the order. */
const queryOrder = () => post('/cc/queryorder', {});

/** @param {FormAnswer & { kind: 'report' }} answer */
function settle(answer) {
  if (answer.paid) {
    close();
    say('good', session.mode === 'Add' ? texts.saved : texts.paid);
  } else if (answer.text) {
    setBusy(false);
    const known = refusals[answer.text];
    // A gateway's own words are English.
    say('bad', known ?? answer.text, known ? '' : 'en');
    if (answer.over || !session.open) close();
  } else {
    close();
    say('info', texts.undecided);
  }
  leave(answer.report.next);
}

/** @param {FormAnswer} answer */
function handle(answer) {
  switch (answer.kind) {
    case 'report':
      settle(answer);
      tell({ type: 'report', report: answer.report });
      break;
    case 'poll':
      setBusy(true, texts.confirming);
      say('info', texts.waiting);
      if (hosted) void pollAlone(answer);
      else tell({ type: 'poll', poll: answer });
      break;
    case 'refused':
      setBusy(false);
      showError('number', answer.text, 'en');
      inputOf('number').focus();
      break;
    default:
      // Nothing more is told: the form stays as it is.
      setBusy(true);
  }
}

/**
 * The hosted page has no script around it that could ask.
 * @param {FormAnswer & { kind: 'poll' }} poll
 */
async function pollAlone({ tries, intervalMs, timeout }) {
  for (let i = 0; i < tries; i++) {
    await new Promise((resolve) => {
      setTimeout(resolve, intervalMs);
    });
    try {
      const answer = await queryOrder();
      if (answer.kind === 'report') return handle(answer);
    } catch (error) {
      console.warn('IOTPay (simulated): the order could not be queried.', error);
    }
  }
  timedOut();
  leave(timeout.next);
}

async function answerQuery() {
  let report = null;
  try {
    const answer = await queryOrder();
    if (answer.kind === 'report') {
      settle(answer);
      ({ report } = answer);
    }
  } catch (error) {
    console.warn('IOTPay (simulated): the order could not be queried.', error);
  }
  tell({ type: 'answer', report });
}

addEventListener('message', (event) => {
  if (hosted || event.source !== parent || event.origin !== session.parent) return;
  /** @type {Marked<ScriptMessage>} */
  const message = event.data;
  if (message?.mark !== session.mark) return;
  if (message.type === 'timeout') timedOut();
  if (message.type === 'query') void answerQuery();
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (busy || !check()) return;
  setBusy(true);
  say('', '');
  try {
    // The security code stays here: nobody needs it to simulate.
    const answer = await post('/cc/pay', {
      number: digitsOf('number'),
      expiry: digitsOf('expiry'),
      holder: inputOf('holder').value.trim(),
      drive: driven,
    });
    handle(answer);
  } catch (error) {
    console.warn('IOTPay (simulated): the card could not be sent.', error);
    setBusy(false);
    say('bad', texts.broken);
  }
});

/* ---- test cards ---- */

find('ul', HTMLElement).append(
  ...session.cards.map(({ number, title, cvv }) => {
    const item = document.createElement('li');
    const card = document.createElement('button');
    const digits = document.createElement('span');
    card.type = 'button';
    card.dataset.number = number;
    digits.textContent = group(number);
    card.append(title, digits);
    card.addEventListener('click', () => {
      fill({ ...session.filledIn, number, cvv });
      button.focus();
    });
    item.append(card);
    return item;
  }),
);

/* ---- driven from outside, for tests ---- */

/** Number of the last instruction that was followed. */
let driven = 0;

/** @param {DriveStep | null} step */
async function drive(step) {
  if (!step || step.id <= driven || busy || form.hidden) return;
  driven = step.id;
  await new Promise((resolve) => {
    setTimeout(resolve, step.delayMs);
  });
  fill(step);
  form.requestSubmit();
}

async function watchInstructions() {
  await drive(session.drive);
  while (!form.hidden) {
    await new Promise((resolve) => {
      setTimeout(resolve, 150);
    });
    try {
      const response = await fetch(`/cc/drive?key=${encodeURIComponent(session.secureId)}`);
      if (response.ok) await drive(await response.json());
    } catch {
      return; // The sandbox is gone.
    }
  }
}

// It can be used from now on.
find('main', HTMLElement).inert = false;
showBrand();
if (!session.open) close();
if (session.greeting) handle(session.greeting);
// Before the frame counts as loaded, so that the page around need not move again.
tellHeight();
if (!hosted) new ResizeObserver(tellHeight).observe(document.body);
if (session.driven) void watchInstructions();
