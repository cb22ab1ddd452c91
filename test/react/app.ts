// The page that the tests of the React component look at: rendered on a server, hydrated in a browser.
import * as React from 'react';
import { createElement, Fragment, StrictMode, Suspense, useRef, useState, type ReactNode } from 'react';
import type { IotpayCheckout as Element } from '../../src/iotpay-checkout.js';
import { IotpayCheckout, type IotpayCheckoutProps } from '../../src/react/index.js';

/** What a test sets, at first and while the page is shown. */
export interface State {
  readonly tag: string;
  readonly gatewayOrigin: string;
  readonly order?: number;
  /** The component, or the tag by itself as React writes it. */
  readonly bare?: boolean;
  readonly shown?: boolean;
  /** Around the component, where it is given (React 19.2 and newer). */
  readonly activity?: 'visible' | 'hidden';
  /** A neighbour inside the same `Suspense` waits for something. */
  readonly suspended?: boolean;
  readonly placeholder?: string;
  /** A callback ref that calls `load()`. */
  readonly loadByRef?: boolean;
  readonly props?: IotpayCheckoutProps;
  /** Read by the handler, so that an old one is told from a new one. */
  readonly note?: string;
}

/** What the page shows to the test. */
export interface Shop {
  readonly log: string[];
  set(more: Partial<State>): void;
  element(): Element | null;
}

const never = new Promise<void>(() => {});

function Neighbour({ suspended }: { suspended: boolean }): ReactNode {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- how a component says that it waits, in 18 and 19
  if (suspended) throw never;
  return createElement('i', null, 'A neighbour');
}

function Checkout(state: State & { log: string[] }): ReactNode {
  const element = useRef<Element>(null);
  (globalThis as { element?: unknown }).element = element;
  const { log, note = '', order = 1, props, loadByRef } = state;
  const settings: IotpayCheckoutProps = {
    secureIdEndpoint: '/api/secure-id',
    gatewayOrigin: state.gatewayOrigin,
    requestData: { tag: state.tag, order },
    requestHeaders: { 'X-App': 'react' },
    ...props,
  };
  const ref = loadByRef ? (node: Element | null) => void node?.load() : element;
  if (state.bare) {
    return createElement('iotpay-checkout', {
      ref: element,
      'secure-id-endpoint': '/api/secure-id',
      'gateway-origin': state.gatewayOrigin,
      'request-data': JSON.stringify(settings.requestData),
      'oniotpay-success': () => log.push('success'),
      suppressHydrationWarning: true,
    });
  }
  return createElement(
    IotpayCheckout,
    {
      ...settings,
      ref,
      id: 'checkout',
      className: 'wide',
      style: { marginTop: 3 },
      'aria-label': 'Card',
      ...{ 'data-test': 'yes' },
      onReady: () => log.push('ready'),
      onSuccess: (event) => {
        event.preventDefault();
        log.push(`success ${note}${event.detail.mchOrderNo ? '' : 'without an order'}`.trim());
      },
      onFail: () => log.push('fail'),
      onTimeout: () => log.push('timeout'),
      onError: ({ detail }) => log.push(`error ${detail.code}`),
    },
    state.placeholder ?? createElement('p', { id: 'placeholder' }, 'One moment'),
  );
}

export function App({ first, log }: { first: State; log: string[] }): ReactNode {
  const [state, setState] = useState(first);
  const { Activity } = React as { Activity?: typeof React.Activity };
  const shop: Shop = {
    log,
    set: (more) => setState((before) => ({ ...before, ...more })),
    element: () => (globalThis as unknown as { element: { current: Element | null } }).element.current,
  };
  (globalThis as { shop?: Shop }).shop = shop;
  const checkout = state.shown === false ? null : createElement(Checkout, { ...state, log });
  return createElement(
    StrictMode,
    null,
    createElement('h1', null, `Order ${state.order ?? 1}`),
    createElement(
      Suspense,
      { fallback: createElement('b', null, 'Waiting') },
      createElement(Neighbour, { suspended: state.suspended ?? false }),
      state.activity && Activity
        ? createElement(Activity, { mode: state.activity, children: checkout })
        : createElement(Fragment, null, checkout),
    ),
  );
}
