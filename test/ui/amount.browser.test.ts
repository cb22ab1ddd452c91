// The amount and the order's number, from the backend's mouth.
import { expect } from '@open-wc/testing';
import '../../src/index.js';
import type { IotpayCheckout } from '../../src/index.js';
import { mounts, readyElement, report, servers, unique, until, type Setting } from '../support/element.js';
import { brokenEndpoint } from '../support/page.js';

const MONEY = { amount: 18924, currency: 'CAD' };
const TIMEOUT = { result: 'FAIL', message: 'Timeout' };
const PAID = { result: 'SUCCESS', detail: { retData: { status: 2, amount: 1, currency: 'USD' } } };

/** An element whose backend tells what is to be paid. */
async function told(answer: object, settings: Setting = {}): Promise<IotpayCheckout> {
  return readyElement({
    secureId: undefined,
    secureIdEndpoint: `${servers.backend}/api/secure-id`,
    requestData: {
      tag: unique('amount'),
      answer: { secureId: unique('secure'), mchOrderNo: 'A-1', ...answer },
    },
    ...settings,
  });
}

const buttonText = (): string | undefined =>
  (mounts().at(-1)?.options as { button?: { text?: string } } | undefined)?.button?.text;
const panel = (element: IotpayCheckout): string =>
  element.shadowRoot?.querySelector('.words')?.textContent.replace(/\s+/g, ' ') ?? '';

describe('the amount', () => {
  it('is on IOTPay’s button, in the element’s language', async () => {
    await told(MONEY);
    expect(buttonText()).to.equal('Pay $189.24');
    await told(MONEY, { lang: 'fr' });
    expect(buttonText()).to.equal('Payer 189,24\u00a0$');
    await told(MONEY, { lang: 'zh-Hans' });
    expect(buttonText()).to.equal('支付 $189.24');
  });

  it('gives way to a text of the page’s', async () => {
    await told(MONEY, { buttonText: 'Donate' });
    expect(buttonText()).to.equal('Donate');
    await told(MONEY, { options: { button: { text: 'Give' } } });
    expect(buttonText()).to.equal('Give');
  });

  it('is on no button where the backend tells none, or a card is added', async () => {
    await told({ amount: null });
    expect(buttonText()).to.equal(undefined);
    await told(MONEY, { mode: 'add' });
    expect(buttonText()).to.equal(undefined);
  });

  it('is said at the end with the order’s number, and not as the form reports it', async () => {
    const element = await told(MONEY);
    report(PAID);
    await element.updateComplete;
    expect(panel(element)).to.include('Paid $189.24. Thank you.').and.to.include('Order A-1');
    expect(panel(element)).not.to.include('0.01');
  });

  it('is written from left to right on a page that runs from right to left', async () => {
    const element = await told(MONEY, { lang: 'fr', dir: 'rtl' });
    report(TIMEOUT);
    await element.updateComplete;
    const [text] = element.shadowRoot?.querySelector('b')?.childNodes ?? [];
    const where = (at: number): number => {
      const range = document.createRange();
      range.setStart(text as Node, at);
      range.setEnd(text as Node, at + 1);
      return range.getBoundingClientRect().left;
    };
    expect(text?.textContent).to.equal('189,24\u00a0$');
    expect(where(7), 'the sign').to.be.greaterThan(where(0));
  });

  it('is said while the outcome is unknown, with the number', async () => {
    const element = await told(MONEY);
    report(TIMEOUT);
    await element.updateComplete;
    expect(panel(element)).to.include('give this reference: A-1.').and.to.include('$189.24');
    const asking = await told(MONEY, {
      orderStatusEndpoint: brokenEndpoint('500', { route: 'order-status' }),
    });
    report(TIMEOUT);
    await asking.updateComplete;
    expect(panel(asking)).to.include('$189.24').and.to.include('Order A-1');
  });

  it('is what the order’s own status says was paid', async () => {
    const element = await told(
      {},
      { requestData: { answer: { status: 2, mchOrderNo: 'A-2', amount: 500, currency: 'CAD' } } },
    );
    await until(() => element.status === 'succeeded', 'succeeded');
    await element.updateComplete;
    expect(panel(element)).to.include('Paid $5.00').and.to.include('Order A-2');
  });
});
