import type { IotpayFunction, IotpayOptions } from '../../gateway/script-api.js';

/** What a form reports of a payment, besides what is given by itself. */
export interface SimulatedPayment {
  /** Default: none, as IOTPay's answers may leave it out. */
  readonly mchOrderNo?: string;
  /** Default: none. */
  readonly payOrderId?: string;
  /** Default: 2, "success". Left out with mode `add`, which has none. */
  readonly status?: number;
  /** Anything else that IOTPay's `retData` may hold, such as `redirectUrl` or a masked `cardNum`. */
  readonly [field: string]: unknown;
}

/** One form that the element has mounted. */
export interface SimulatedForm {
  /** The secureId that it was made with. */
  readonly secureId: string;
  /** As IOTPay's script is told. */
  readonly mode: 'Pay' | 'Add';
  /** What IOTPay's script was given to dress the form. */
  readonly options: IotpayOptions | undefined;
  /** The node that it was mounted into. */
  readonly container: Element;
  /** Reports that the order is paid, or the card added. */
  succeed(payment?: SimulatedPayment): void;
  /** Reports a refusal. @param message - default: `Card declined` */
  fail(message?: string): void;
  /** Reports "Timeout": the outcome is unknown, and the order must be queried. */
  timeout(): void;
  /** Reports anything at all, as IOTPay's script might. */
  report(event: unknown): void;
}

/** IOTPay's script, simulated in one window. */
export interface SimulatedScript {
  /** Every form that was mounted, oldest first. */
  readonly forms: readonly SimulatedForm[];
  /**
   * The form of an element, once it is ready to be paid in.
   * @throws the element's own error where its set-up breaks; `TypeError` for what is no `<iotpay-checkout>`
   */
  form(element: Element): Promise<SimulatedForm>;
  /** Takes the global `Iotpay` away again, and gives back the one that was there before. */
  remove(): void;
}

/** The parts of a window that are needed here: jsdom's, happy-dom's or a browser's. */
export interface SimulatedWindow {
  readonly document: Document;
  readonly Event: typeof Event;
  Iotpay?: unknown;
  /** What happy-dom's own window has besides. */
  readonly happyDOM?: { readonly settings: { handleDisabledFileLoadingAsSuccess?: boolean | undefined } };
}

/** An `<iotpay-checkout>`, as far as it is needed here. */
interface Checkout extends Element {
  readonly status: string;
  readonly error: Error | undefined;
}

/**
 * Puts a simulated `Iotpay` function into a window, for unit tests in which no frame can load (jsdom, happy-dom). The
 * element takes it for IOTPay's script, so that no script is asked for; it mounts, says that it is ready, and hears what
 * the test lets the form report. Nothing goes through a network but the element's own requests to your backend: give it
 * a `secure-id`, or mock `fetch`.
 * @param window - the window of the test's environment
 */
export function simulateIotpay(window: SimulatedWindow): SimulatedScript {
  const before = window.Iotpay;
  const forms: SimulatedForm[] = [];
  const iotpay: IotpayFunction = (secureId, mode, options) => ({
    mount(selector: string, callback: (event: unknown) => void): void {
      const container = window.document.querySelector(selector);
      if (!container) throw new TypeError(`mount: expected a node for ${selector}, found none.`);
      forms.push(makeForm({ secureId, mode, options, container }, callback));
      addFrame(window, container);
    },
  });
  window.Iotpay = iotpay;
  return {
    forms,
    form: (element) => formOf(element, forms),
    remove() {
      if (before === undefined) delete window.Iotpay;
      else window.Iotpay = before;
    },
  };
}

function makeForm(
  about: Pick<SimulatedForm, 'secureId' | 'mode' | 'options' | 'container'>,
  report: (event: unknown) => void,
): SimulatedForm {
  const event = (result: string, retMsg: string, retData: object) => ({
    result,
    message: retMsg,
    detail: { retCode: result, retMsg, retData },
  });
  return {
    ...about,
    report,
    succeed: (payment = {}) =>
      report(event('SUCCESS', '', { ...(about.mode === 'Pay' ? { status: 2 } : {}), ...payment })),
    fail: (message = 'Card declined') => report(event('FAIL', message, {})),
    timeout: () => report(event('FAIL', 'Timeout', {})),
  };
}

/** A frame that has loaded, as far as can be seen from outside: nothing loads in such an environment. */
function addFrame({ document, Event, happyDOM }: SimulatedWindow, container: Element): void {
  const frame = document.createElement('iframe');
  const { settings = {} } = happyDOM ?? {};
  const { handleDisabledFileLoadingAsSuccess: before } = settings;
  // happy-dom would print an error for a frame that it does not load.
  settings.handleDisabledFileLoadingAsSuccess = true;
  container.append(frame);
  settings.handleDisabledFileLoadingAsSuccess = before;
  const inside = frame.contentDocument;
  inside?.body?.append(inside.createElement('form'));
  setTimeout(() => frame.dispatchEvent(new Event('load')), 0);
}

async function formOf(element: Element, forms: readonly SimulatedForm[]): Promise<SimulatedForm> {
  const { status } = element as Checkout;
  if (typeof status !== 'string') {
    throw new TypeError(
      `form: expected a defined <iotpay-checkout>, received <${element.localName}>. Import "iotpay-checkout" first.`,
    );
  }
  if (status !== 'ready' && status !== 'failed') await settled(element as Checkout);
  const found = forms.findLast(({ container }) => element.contains(container)) ?? forms.at(-1);
  if (!found)
    throw new Error('form: the element is ready, and has mounted no form here. Is its window another one?');
  return found;
}

function settled(element: Checkout): Promise<void> {
  return new Promise((resolve, reject) => {
    element.addEventListener('iotpay-ready', () => resolve(), { once: true });
    const failed = () => reject(element.error ?? new Error('form: the set-up broke.'));
    if (element.error) failed();
    element.addEventListener('iotpay-error', failed, { once: true });
  });
}
