/**
 * What must hold of the element in every environment of unit tests. The runner hands over its own functions.
 * @param {{ test: Function, expect: Function, afterEach: Function }} runner
 */
export function everywhere({ test, expect, afterEach }, { simulateIotpay }) {
  /** Whatever the environment or the console complains of. */
  const complaints = [];
  const complain = (event) => complaints.push(String(event.reason ?? event.error ?? event.message ?? event));
  for (const name of ['error', 'warn']) {
    const before = console[name];
    console[name] = (...args) => {
      complaints.push(args.map(String).join(' '));
      before(...args);
    };
  }
  window.addEventListener('error', complain);
  window.addEventListener('unhandledrejection', complain);
  process.on('unhandledRejection', complain);

  const add = (settings) => {
    const element = Object.assign(document.createElement('iotpay-checkout'), settings);
    document.body.append(element);
    return element;
  };
  const rest = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));
  afterEach(async () => {
    document.body.replaceChildren();
    await rest();
    const seen = complaints.splice(0);
    expect(seen).toEqual([]);
  });

  test('the tag is defined', () => {
    expect(customElements.get('iotpay-checkout')).toBeTruthy();
    expect(document.createElement('iotpay-checkout').status).toBe('idle');
  });

  for (const loading of ['eager', 'lazy', 'manual']) {
    test(`${loading}: a form, an outcome, and away`, async () => {
      const iotpay = simulateIotpay(window);
      const element = add({ loading, secureId: `secure-${loading}` });
      const heard = [];
      for (const type of ['ready', 'success', 'fail', 'timeout', 'error']) {
        element.addEventListener(`iotpay-${type}`, () => heard.push(type));
      }
      // Without layout nothing ever comes near: a test starts what is lazy by itself.
      if (loading !== 'eager') element.load();
      const form = await iotpay.form(element);
      expect(form.secureId).toBe(`secure-${loading}`);
      expect(form.mode).toBe('Pay');
      await rest();
      form.fail();
      form.succeed({ mchOrderNo: 'order-1' });
      expect(heard).toEqual(['ready', 'fail', 'success']);
      expect(element.result.mchOrderNo).toBe('order-1');
      await rest();
      element.remove();
      await rest();
      expect(document.querySelector('iframe')).toBe(null);
      iotpay.remove();
    });
  }

  test('load() right after it was made, and before it is in the page', async () => {
    const iotpay = simulateIotpay(window);
    const element = document.createElement('iotpay-checkout');
    const outside = await element.load().catch(({ name }) => name);
    expect(outside).toBe('AbortError');
    element.secureId = 'secure-load';
    document.body.append(element);
    await element.load();
    expect(element.status).toBe('ready');
    iotpay.remove();
  });

  test('removed while it loads: nothing is left behind', async () => {
    const element = add({ secureIdEndpoint: 'http://127.0.0.1:9/never', secureId: 'secure-removed' });
    await rest(5);
    element.remove();
    await rest();
    expect(element.status).toBe('idle');
    document.querySelectorAll('script').forEach((tag) => tag.remove());
  });

  test('a timeout is unknown, and offers no second payment', async () => {
    const iotpay = simulateIotpay(window);
    const element = add({ secureId: 'secure-timeout' });
    const form = await iotpay.form(element);
    form.timeout();
    expect(element.status).toBe('unknown');
    expect(element.result.reason).toBe('gateway-timeout');
    await element.load();
    expect(iotpay.forms.length).toBe(1);
    iotpay.remove();
  });

  test('focus() in iotpay-ready', async () => {
    const iotpay = simulateIotpay(window);
    const element = add({ secureId: 'secure-focus' });
    element.addEventListener('iotpay-ready', () => element.focus());
    await iotpay.form(element);
    await rest();
    expect(document.activeElement?.localName).toBe('iframe');
    iotpay.remove();
  });
}
