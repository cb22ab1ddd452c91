import {
  createElement,
  forwardRef,
  Fragment,
  useEffect,
  useImperativeHandle,
  useInsertionEffect,
  useLayoutEffect,
  useRef,
  type ForwardRefExoticComponent,
  type RefAttributes,
} from 'react';
import type { IotpayCheckout as IotpayCheckoutElement } from '../index.js';
import { listen, type Handlers } from './listeners.js';
import { SETTINGS, splitProps, type IotpayCheckoutProps, type Settings } from './props.js';

/** What one component remembers from one commit to the next. */
interface Memory {
  element?: IotpayCheckoutElement;
  /** As the element has them. */
  settings: Settings;
  handlers: Handlers;
}

/** React 18 warns of layout effects where it renders on a server; no effect runs there anyway. */
const useCommitEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/**
 * `<iotpay-checkout>` as a React component. Its settings are properties of the element, and the element waits
 * (`loading="manual"` in the markup) until React has set them and listens: until a server's markup is hydrated, until a
 * hidden `Activity` is shown. From then on it starts as `loading` says. So no order is asked for without its data, and no
 * outcome comes before its listener.
 *
 * The handlers stay for the element's life: an outcome that comes while a `Suspense` or an `Activity` hides the
 * component, or after it was unmounted, is told all the same, since money may have moved.
 */
export const IotpayCheckout: ForwardRefExoticComponent<
  IotpayCheckoutProps & RefAttributes<IotpayCheckoutElement>
> = forwardRef<IotpayCheckoutElement, IotpayCheckoutProps>(function IotpayCheckout(props, ref) {
  const { settings, handlers, attributes, children } = splitProps(props);
  const element = useRef<IotpayCheckoutElement>(null);
  const { current: memory } = useRef<Memory>({ settings: {}, handlers });

  // These run in a hidden tree as well, where layout effects wait until it is shown.
  useInsertionEffect(() => {
    memory.handlers = handlers;
  });

  useCommitEffect(() => {
    const node = element.current;
    if (!node) return;
    const isNew = memory.element !== node;
    if (isNew) {
      memory.element = node;
      memory.settings = {};
      listen(node, () => memory.handlers);
      // What holds it; the property decides from now on.
      node.removeAttribute('loading');
    }
    apply(node, settings, memory.settings);
    memory.settings = settings;
  });

  // After the settings, so that a callback ref may call `load()`.
  useImperativeHandle(ref, () => element.current as IotpayCheckoutElement, []);

  return createElement(
    'iotpay-checkout',
    {
      ...attributes,
      ref: element,
      loading: 'manual',
      // An element that is defined before it is hydrated shows its `status` as an attribute already.
      suppressHydrationWarning: true,
    },
    // A text as the only child would be written with `textContent`, which takes IOTPay's frame away.
    createElement(Fragment, null, children),
  );
});

/** Sets what has changed; `undefined` is the default again. */
function apply(element: IotpayCheckoutElement, settings: Settings, before: Settings): void {
  for (const name of SETTINGS) {
    if (!Object.is(settings[name], before[name])) Object.assign(element, { [name]: settings[name] });
  }
}
