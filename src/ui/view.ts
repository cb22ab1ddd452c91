import { html, nothing, type TemplateResult } from 'lit';
import type { DirectiveResult } from 'lit/directive.js';
import { keyed } from 'lit/directives/keyed.js';
import type { IotpayErrorCode } from '../checkout/errors.js';
import type { IotpayStatus } from '../checkout/status.js';
import type { Extras } from './extras.js';
import type { Facts } from './facts.js';
import { fill } from './fill.js';
import type { IotpayLanguage } from './strings.js';

/** All that decides what the element shows. */
export interface View extends Facts {
  readonly language: IotpayLanguage;
  /** The texts are on their way in the shopper's language: until then, what is only spoken is not said. */
  readonly wordless: boolean;
  /** What makes panels of plain sentences; `undefined` as long as it is on its way. */
  readonly extras: Extras | undefined;
  /** The colour scheme that the page has set on the element; an empty text where the page's own is followed. */
  readonly scheme: 'light' | 'dark' | '';
  /** The form has been loading for long. */
  readonly slow: boolean;
  /** There is somebody to ask for the order. */
  readonly checkable: boolean;
  /** What broke while the form was being set up. */
  readonly code: IotpayErrorCode | undefined;
  /** The set-up error may pass: trying again makes sense. */
  readonly retryable: boolean;
  /** IOTPay's own words about a failed payment, or an empty text. */
  readonly message: string;
  /** A failed payment can be tried again in the form, which still stands. */
  readonly form: boolean;
  /** Another value for every outcome and error: what is said of it is said anew, also in the same words. */
  readonly occasion: unknown;
  /** The place of the form is kept free with a skeleton of ours, or was until just now. */
  readonly skeleton: boolean;
  /** The place is kept free, and nothing is drawn in it yet. */
  readonly bare: boolean;
  /** The retry button was pressed. */
  readonly retry: () => void;
  /** What the page has put into the default slot has changed. */
  readonly placeholderChanged: () => void;
}

/** How a status is told: `spoken` to screen readers only, `shown` in the status region, or as an `alert`. */
const TOLD: Readonly<Record<IotpayStatus, 'spoken' | 'shown' | 'alert'>> = {
  idle: 'spoken',
  loading: 'spoken',
  ready: 'spoken',
  succeeded: 'shown',
  unknown: 'shown',
  failed: 'alert',
  error: 'alert',
};

/** Name of a slot that nothing goes into. */
const NO_SLOT = 'iotpay-none';

/** The element's shadow tree. */
export function view(model: View): TemplateResult {
  const { status, scheme, language, form, slow, occasion, bare } = model;
  const alerts = TOLD[status] === 'alert';
  return html`<div part="base" class="${status} ${scheme} ${form ? 'form' : ''}" lang=${language}>
    ${stage(model)} ${slow ? note(model) : nothing}
    ${alerts ? html`<slot name=${status}>${keyed(occasion, alert(model))}</slot>` : nothing}
    ${bare ? nothing : panel(model)}
  </div>`;
}

/** That it takes long, for the eye. */
function note(model: View): TemplateResult {
  return html`<div part="status" class="panel note" aria-hidden="true">
    ${model.extras?.icon('slow') ?? nothing}
    <div class="words">${message(sentence(model))}</div>
  </div>`;
}

/** What went wrong, and what to do about it. New for each occasion, and so heard each time. */
function alert(model: View): TemplateResult {
  return html`<div part="error" class="panel">
    ${model.extras?.icon(model.status === 'error' ? 'error' : 'refused') ?? nothing}
    <div class="words">
      <div role="alert">${message(sentence(model))} ${refusal(model)}</div>
      ${actions(model)}
    </div>
  </div>`;
}

/** What is said otherwise. The region for screen readers is the same from the first state to the last. */
function panel(model: View): TemplateResult {
  const { status, asking, copied, texts, extras } = model;
  const shown = TOLD[status] === 'shown';
  const done = copied ? texts.copied : '';
  return html`<div part=${shown ? 'status' : nothing} class=${shown ? 'panel' : 'quiet'}>
    ${
      shown && extras
        ? extras.icon(status === 'succeeded' ? 'success' : asking ? 'asking' : 'unknown')
        : nothing
    }
    <div class="words">
      <div role="status" aria-atomic="false">
        ${
          TOLD[status] === 'alert'
            ? nothing
            : html`<slot name=${shown ? status : NO_SLOT}>${message(sentence(model))}</slot>`
        }
        ${keyed(done, html`<span class="quiet" .textContent=${done}></span>`)}
      </div>
      ${shown ? [extras?.steps(model) ?? nothing, extras?.facts(model) ?? nothing, actions(model)] : nothing}
    </div>
  </div>`;
}

/**
 * A sentence, of unknown language where `lang` is empty. As any text, it is keyed: the next one has nodes of its own, and
 * is read also where a translator has rewritten this one.
 */
function message(text: string, lang: '' | typeof nothing = nothing): DirectiveResult {
  return keyed(text, html`<p part="message" lang=${lang} dir="auto" .textContent=${text}></p>`);
}

/** Why a payment failed: in our words where they are sure to mean the same, else in IOTPay's, of unknown language. */
function refusal({ message: raw, texts, extras }: View): DirectiveResult | typeof nothing {
  if (!raw) return nothing;
  const known = extras?.refusalText(raw);
  return known ? message(texts[known]) : message(raw, '');
}

/** What one can do. */
function actions(model: View): TemplateResult | typeof nothing {
  const { status, retry } = model;
  const label = TOLD[status] === 'spoken' || status === 'succeeded' ? undefined : retryLabel(model);
  if (label === undefined && !['error', 'failed', 'unknown'].includes(status)) return nothing;
  return html`<div part="actions">
    ${
      label === undefined
        ? nothing
        : keyed(
            label,
            html`<button
              part="retry"
              type="button"
              class=${model.form ? 'over' : 'again'}
              @click=${retry}
              .textContent=${label}
            ></button>`,
          )
    }<slot name="contact"></slot>
  </div>`;
}

/** What the button says that starts again; `undefined` where there is none. */
function retryLabel({ status, mode, texts, form, retryable, checkable, asking }: View): string | undefined {
  if (status === 'error') return retryable ? texts.retry : undefined;
  if (mode === 'add') return form ? texts.startOver : texts.retry;
  if (status === 'unknown') return checkable && !asking ? texts.checkAgain : undefined;
  return form ? texts.startOver : texts.payAgain;
}

/** The place of IOTPay's frame, and of what is shown until it is there. */
function stage({ status, skeleton, bare, placeholderChanged }: View): TemplateResult {
  const waiting = status === 'idle' || status === 'loading';
  return html`<div class="stage ${skeleton && waiting ? 'own' : ''}" aria-busy=${status === 'loading'}>
    <div ?hidden=${!waiting}><slot @slotchange=${placeholderChanged}></slot></div>
    ${
      skeleton && !bare
        ? html`<div part="skeleton" aria-hidden="true">
            <i></i><i></i><i></i><i></i><i></i><i></i><i></i>
          </div>`
        : nothing
    }
    <div part="frame"><slot name="iotpay-frame"></slot></div>
  </div>`;
}

/** What the status region, or the alert, says. */
function sentence(model: View): string {
  const { status, mode, texts, slow, wordless } = model;
  if (wordless && TOLD[status] === 'spoken' && !slow) return '';
  switch (status) {
    case 'idle':
      return '';
    case 'loading':
      return slow ? texts.slow : texts.loading;
    case 'ready':
      return texts.ready;
    default:
      return mode === 'add' ? cardSentence(status, model) : paymentSentence(status, model);
  }
}

type Ended = Exclude<IotpayStatus, 'idle' | 'loading' | 'ready'>;

/** What became of a card that was to be saved. */
function cardSentence(status: Ended, { texts, code }: View): string {
  switch (status) {
    case 'succeeded':
      return texts.cardSaved;
    case 'failed':
      return texts.cardFailed;
    case 'unknown':
      return texts.cardUnknown;
    case 'error':
      if (code === 'frame-removed') return texts.cardUnknown;
      return code === 'offline' ? texts.cardOffline : texts.cardError;
  }
}

/** What became of a payment. */
function paymentSentence(status: Ended, { texts, code, form, amount, asking, order }: View): string {
  switch (status) {
    case 'succeeded':
      return amount ? fill(texts.paidAmount, { amount }) : texts.paid;
    case 'failed':
      return form ? texts.failed : texts.notMade;
    case 'unknown':
      if (asking) return texts.confirming;
      return order ? fill(texts.unknown, { order }) : texts.unknownNoOrder;
    case 'error':
      if (code === 'frame-removed') return texts.removed;
      return code === 'offline' ? texts.offline : texts.error;
  }
}
