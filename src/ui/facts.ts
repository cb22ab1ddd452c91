import type { IotpayStatus } from '../checkout/status.js';
import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { fill } from './fill.js';
import { icon } from './icons.js';
import type { IotpayStrings } from './strings.js';

/** What a payment is about, and how it stands. */
export interface Facts {
  readonly status: IotpayStatus;
  /** What the payment, or the result where there is one, is about. */
  readonly mode: 'pay' | 'add';
  readonly texts: IotpayStrings;
  /** The order of an unknown outcome is being asked for. */
  readonly asking: boolean;
  /** When it was asked for last, by the clock; an empty text before the first time. */
  readonly asked: string;
  /** What is to be paid, or has been, as the shopper reads it; an empty text where nobody has told. */
  readonly amount: string;
  /** The order's number; an empty text where nobody has told. */
  readonly order: string;
  /** The order's number has just been copied. */
  readonly copied: boolean;
  /** The button that copies the order's number was pressed. */
  readonly copy: () => void;
}

/**
 * Where an unknown payment stands: sent, being confirmed, known. For the eye, and to be found; it is not announced. That
 * it is being confirmed is said only while somebody asks.
 */
export function steps({ status, mode, asking, texts }: Facts): TemplateResult | typeof nothing {
  if (status !== 'unknown' || mode === 'add') return nothing;
  const current = asking ? texts.checking : texts.unconfirmed;
  return html`<ol part="steps" role="list">
    ${keyed(texts.sent, html`<li .textContent=${texts.sent}></li>`)}
    ${keyed(current, html`<li aria-current="step" .textContent=${current}></li>`)}
    ${keyed(texts.known, html`<li .textContent=${texts.known}></li>`)}
  </ol>`;
}

/** A number in words. It is broken anywhere, the words are not. */
function numbered(text: string, order: string): TemplateResult {
  const parts = text.split(/(\{order\})/);
  return html`<bdi
    >${parts.map((part) =>
      part === '{order}'
        ? html`<span class="number" .textContent=${order}></span>`
        : html`<span .textContent=${part}></span>`,
    )}</bdi
  >`;
}

/** What one can hold on to: the amount, the order's number, and when it was asked for. */
export function facts(model: Facts): TemplateResult | typeof nothing {
  const { status, mode, amount, order, asking, asked, copied, texts, copy } = model;
  if (mode === 'add') return nothing;
  const last = fill(texts.asked, { time: asked });
  return html`<div class="facts">
      ${amount && status === 'unknown' ? keyed(amount, html`<b dir="auto" .textContent=${amount}></b>`) : nothing}
      ${
        order
          ? html`<span class="order"
              >${keyed(texts.order + order, numbered(texts.order, order))}<button
                part="copy"
                type="button"
                aria-label=${texts.copy}
                title=${texts.copy}
                @click=${copy}
              >
                ${icon(copied ? 'copied' : 'copy', '')}
              </button></span
            >`
          : nothing
      }
    </div>
    ${asking && asked ? keyed(last, html`<p class="asked" .textContent=${last}></p>`) : nothing}`;
}
