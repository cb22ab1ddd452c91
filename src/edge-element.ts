// For servers on edge workers, which render markup and have no element: lit's files for them ask for `HTMLElement`.

/** Stands for the element's class where there is no DOM: a module that imports it loads. */
export class IotpayCheckout {
  /**
   * Does nothing: there is no page.
   * @returns a promise that is fulfilled at once
   */
  static preload(): Promise<void> {
    return Promise.resolve();
  }

  /** @throws Error always */
  constructor() {
    throw new Error(
      'new IotpayCheckout(): expected a browser, received an edge worker, which has no DOM. Write the tag <iotpay-checkout> into the markup; the page defines it.',
    );
  }
}
