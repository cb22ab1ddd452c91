import { randomBytes } from 'node:crypto';
import { CHANNEL } from './client-script.js';
import { FORM_SCRIPT } from './form-script.js';
import { FORM_STYLE } from './form-style.js';
import type { FormAnswer, Session } from './gateway.js';
import type { DriveStep } from './driver.js';
import { SCENARIOS } from './scenarios.js';
import { FILLED_IN, isUnionPay } from './test-cards.js';

export interface FormPageOptions {
  readonly secureId: string;
  readonly mode: 'Pay' | 'Add';
  /** Origin of the page around the frame; `null`: the page stands alone. */
  readonly parent: string | null;
  /** Absent for a secureId that nobody knows. */
  readonly session: Session | undefined;
  /** The form can be sent. */
  readonly open: boolean;
  readonly greeting: FormAnswer | undefined;
  /** Waits for instructions from outside. */
  readonly driven: boolean;
  readonly drive: DriveStep | undefined;
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const grouped = (number: string): string =>
  /^3[47]/.test(number) ? number.replace(/^(.{4})(.{6})/, '$1 $2 ') : number.replace(/(.{4})(?=.)/g, '$1 ');

/** The card form, with a Content-Security-Policy that lets in what is in it and nothing else. */
export function formPage(options: FormPageOptions): Response {
  const nonce = randomBytes(16).toString('base64');
  const { session, parent, mode } = options;
  const unionPay = session?.channel === 'UPI_EX';
  // UnionPay's own come last in a form that takes them all.
  const cards = SCENARIOS.filter(({ number }) => !unionPay || isUnionPay(number)).toSorted(
    (a, b) => Number(a.channel !== undefined) - Number(b.channel !== undefined),
  );
  const amount = session?.order ? `CA$${(session.order.amount / 100).toFixed(2)}` : '';
  const label = mode === 'Add' ? 'Save card' : `Pay ${amount}`.trim();
  const data = JSON.stringify({
    key: options.secureId,
    channel: CHANNEL,
    mode,
    parent,
    label,
    unionPay,
    open: options.open,
    greeting: options.greeting,
    numbers: SCENARIOS.map(({ number }) => number),
    filledIn: FILLED_IN,
    driven: options.driven,
    drive: options.drive,
  }).replaceAll('<', '\\u003c');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Card form (simulation)</title>
<style nonce="${nonce}">${FORM_STYLE}</style>
</head>
<body>
<main>
<p class="note"><strong>Simulation.</strong> No real cards, no real money: test numbers only.</p>
<form novalidate>
<div>
<label for="number">Card number</label>
<div class="box">
<input id="number" name="number" inputmode="numeric" autocomplete="cc-number" required spellcheck="false" placeholder="${unionPay ? '6200 0000 0000 0005' : '1234 1234 1234 1234'}">
<div class="brand" aria-hidden="true"><span></span></div>
</div>
<p class="error" id="number-error" hidden></p>
</div>
<div class="row">
<div>
<label for="expiry">Expiry date</label>
<input id="expiry" name="expiry" inputmode="numeric" autocomplete="cc-exp" required spellcheck="false" placeholder="MM / YY">
<p class="error" id="expiry-error" hidden></p>
</div>
<div>
<label for="cvv">Security code</label>
<input id="cvv" name="cvv" inputmode="numeric" autocomplete="cc-csc" required spellcheck="false" maxlength="4" placeholder="CVV">
<p class="error" id="cvv-error" hidden></p>
</div>
</div>
<div>
<label for="holder">Name on card</label>
<input id="holder" name="holder" autocomplete="cc-name" required spellcheck="false" autocapitalize="words">
<p class="error" id="holder-error" hidden></p>
</div>
${
  unionPay
    ? `<div>
<label for="code">Code from your phone</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required value="${FILLED_IN.code}" aria-describedby="code-hint">
<p class="error" id="code-error" hidden></p>
<p class="hint" id="code-hint">UnionPay would send it by text message; any 6 digits will do.</p>
</div>
`
    : ''
}<button class="pay" type="submit">${escapeHtml(label)}</button>
</form>
<div class="outcome" id="outcome" role="alert"></div>
<details>
<summary>Test cards</summary>
<ul>
${cards
  .map(
    ({ number, title }) =>
      `<li><button type="button" data-number="${number}">${escapeHtml(title)}<span>${grouped(number)}</span></button></li>`,
  )
  .join('\n')}
</ul>
</details>
</main>
<script type="application/json" id="session">${data}</script>
<script nonce="${nonce}">${FORM_SCRIPT}</script>
</body>
</html>
`;
  return new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        `frame-ancestors ${ancestors(parent)}`,
      ].join('; '),
    },
  });
}

/** Policies have no way to write the address ::1. */
function ancestors(parent: string | null): string {
  if (parent === null) return "'none'";
  return parent.includes('[') ? 'http: https:' : parent;
}
