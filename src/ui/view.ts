import { html, nothing, type TemplateResult } from 'lit';
import type { IotpayErrorCode } from '../checkout/errors.js';
import type { IotpayStatus } from '../checkout/status.js';
import type { IotpayLanguage, IotpayStrings } from './strings.js';

/** All that decides what the element shows. */
export interface View {
  readonly status: IotpayStatus;
  /** What the payment, or the result where there is one, is about. */
  readonly mode: 'pay' | 'add';
  readonly language: IotpayLanguage;
  readonly texts: IotpayStrings;
  /** The colour scheme that the page has set on the element; an empty text where the page's own is followed. */
  readonly scheme: 'light' | 'dark' | '';
  /** The form has been loading for long. */
  readonly slow: boolean;
  /** The order of an unknown outcome is being asked for. */
  readonly asking: boolean;
  /** What broke while the form was being set up. */
  readonly code: IotpayErrorCode | undefined;
  /** The set-up error may pass: trying again makes sense. */
  readonly retryable: boolean;
  /** IOTPay's own words about a failed payment, or an empty text. */
  readonly message: string;
  /** The place of the form is kept free with a skeleton of ours. */
  readonly skeleton: boolean;
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

/** The element's shadow tree. */
export function view(model: View): TemplateResult {
  const { status, scheme, language, slow } = model;
  const told = TOLD[status];
  return html`<div part="base" class="${status} ${scheme}" lang=${language} aria-busy=${status === 'loading'}>
    <div part="status" role="status" class=${told === 'shown' || slow ? '' : 'quiet'}>
      ${told === 'alert' ? nothing : html`<slot name=${status}><p dir="auto">${sentence(model)}</p></slot>`}
    </div>
    ${status === 'unknown' && model.mode === 'add' ? retryButton(model) : nothing}
    ${told === 'alert' ? alert(model) : nothing} ${stage(model)}
  </div>`;
}

/** What went wrong, and what to do about it. */
function alert(model: View): TemplateResult {
  const { status, message, retryable } = model;
  return html`<slot name=${status}
    ><div part="error" role="alert">
      <p dir="auto">${sentence(model)}</p>
      ${message ? html`<p dir="auto">${message}</p>` : nothing} ${retryable ? retryButton(model) : nothing}
    </div></slot
  >`;
}

function retryButton({ retry, texts }: View): TemplateResult {
  return html`<button part="retry" type="button" @click=${retry}>${texts.retry}</button>`;
}

/** The place of IOTPay's frame, and of what is shown until it is there. */
function stage({ status, skeleton, placeholderChanged }: View): TemplateResult {
  const waiting = status === 'idle' || status === 'loading';
  return html`<div class="stage ${skeleton ? 'own' : ''}">
    <div ?hidden=${!waiting}><slot @slotchange=${placeholderChanged}></slot></div>
    ${skeleton ? html`<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i></div>` : nothing}
    <div part="frame"><slot name="iotpay-frame"></slot></div>
  </div>`;
}

/** What the status region, or the alert, says. */
function sentence(model: View): string {
  const { status, mode, texts, slow, asking } = model;
  const add = mode === 'add';
  switch (status) {
    case 'idle':
      return '';
    case 'loading':
      return slow ? texts.slow : texts.loading;
    case 'ready':
      return texts.ready;
    case 'succeeded':
      return add ? texts.cardSaved : texts.paid;
    case 'failed':
      return add ? texts.cardFailed : texts.failed;
    case 'unknown':
      if (add) return texts.cardUnknown;
      return asking ? texts.confirming : texts.unknown;
    case 'error':
      return errorSentence(model);
  }
}

/** Nothing was charged, but where a form has vanished that somebody may have paid in. */
function errorSentence({ code, mode, texts }: View): string {
  if (code === 'frame-removed') return mode === 'add' ? texts.cardUnknown : texts.removed;
  return code === 'offline' ? texts.offline : texts.error;
}
