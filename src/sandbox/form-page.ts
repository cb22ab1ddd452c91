import { randomBytes } from 'node:crypto';
import { MESSAGE_MARK, type DriveStep, type FormAnswer, type FormSession } from './protocol.js';
import { FORM_MODULE_PATH, type PageFiles } from './page-files.js';
import { SCENARIOS } from './scenarios.js';
import { cvvOf, FILLED_IN, isUnionPay } from './test-cards.js';
import { FORM_REFUSALS, FORM_TEXTS, languageFor } from './texts.js';

export interface FormPageOptions {
  readonly files: PageFiles;
  readonly secureId: string;
  readonly mode: 'Pay' | 'Add';
  /** Origin of the page around the frame; `null`: the page stands alone. */
  readonly parent: string | null;
  /** Language of the page around the frame. */
  readonly lang: string;
  readonly unionPay: boolean;
  /** The form can be sent. */
  readonly open: boolean;
  readonly greeting: FormAnswer | null;
  /** Waits for instructions from outside. */
  readonly driven: boolean;
  readonly drive: DriveStep | null;
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function sessionOf(options: FormPageOptions): FormSession {
  const { secureId, mode, parent, unionPay, open, greeting, driven, drive } = options;
  const language = languageFor(options.lang);
  // UnionPay's own come last in a form that takes them all.
  const cards = SCENARIOS.filter(({ number }) => !unionPay || isUnionPay(number))
    .toSorted((a, b) => Number(a.channel !== undefined) - Number(b.channel !== undefined))
    .map(({ number, title }) => ({ number, title, cvv: cvvOf(number) }));
  return {
    secureId,
    mark: MESSAGE_MARK,
    mode,
    parent,
    language,
    texts: FORM_TEXTS[language],
    refusals: FORM_REFUSALS[language],
    unionPay,
    open,
    greeting,
    numbers: SCENARIOS.map(({ number }) => number),
    cards,
    filledIn: FILLED_IN,
    driven,
    drive,
  };
}

/** One field: its label, its input, its hint, and the place of its error. */
function field(
  name: string,
  label: string,
  attributes: string,
  extra: { hint?: string; inside?: string } = {},
) {
  const { hint, inside = '' } = extra;
  const described = hint ? ` aria-describedby="${name}-hint"` : '';
  return `<div>
<label for="${name}">${escapeHtml(label)}</label>
<div class="box"><input id="${name}" name="${name}" required spellcheck="false"${described} ${attributes}>${inside}</div>
<p class="error" id="${name}-error" hidden></p>
${hint ? `<p class="hint" id="${name}-hint">${escapeHtml(hint)}</p>` : ''}
</div>`;
}

function fields({ texts, unionPay }: FormSession): string {
  const digits = 'inputmode="numeric"';
  const example = unionPay ? '6200 0000 0000 0005' : '1234 1234 1234 1234';
  const brand = '<div class="brand" aria-hidden="true"><span></span></div>';
  return `${field('number', texts.number, `${digits} autocomplete="cc-number" placeholder="${example}"`, {
    inside: brand,
  })}
<div class="row">
${field('expiry', texts.expiry, `${digits} autocomplete="cc-exp" placeholder="${texts.expiryFormat}"`)}
${field('cvv', texts.cvv, `${digits} autocomplete="cc-csc" maxlength="4" placeholder="${texts.cvvShort}"`)}
</div>
${field('holder', texts.holder, 'autocomplete="cc-name" autocapitalize="words"')}
${
  unionPay
    ? field('code', texts.code, `${digits} autocomplete="one-time-code" value="${FILLED_IN.code}"`, {
        hint: texts.codeHint,
      })
    : ''
}`;
}

/** The card form, with a Content-Security-Policy that lets in what is in it and nothing else. */
export function formPage(options: FormPageOptions): Response {
  const nonce = randomBytes(16).toString('base64');
  const session = sessionOf(options);
  const { texts } = session;
  const html = `<!doctype html>
<html lang="${session.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(texts.title)}</title>
<style nonce="${nonce}">${options.files.formStyle}</style>
</head>
<body>
<main inert>
<p class="note"><strong>${escapeHtml(texts.simulation)}</strong> ${escapeHtml(texts.note)}</p>
<form novalidate>
${fields(session)}
<button class="pay" type="submit">${escapeHtml(session.mode === 'Add' ? texts.save : texts.pay)}</button>
</form>
<div class="outcome" id="outcome" role="alert"></div>
<details>
<summary>${escapeHtml(texts.testCards)}</summary>
<ul lang="en"></ul>
</details>
</main>
<script type="application/json" id="session">${JSON.stringify(session).replaceAll('<', '\\u003c')}</script>
<script nonce="${nonce}">${options.files.optionsScript}</script>
<script type="module" src="${FORM_MODULE_PATH}"></script>
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
        `script-src 'self' 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        `frame-ancestors ${ancestors(options.parent)}`,
      ].join('; '),
    },
  });
}

/** Policies have no way to write the address ::1. */
function ancestors(parent: string | null): string {
  if (parent === null) return "'none'";
  return parent.includes('[') ? 'http: https:' : parent;
}
