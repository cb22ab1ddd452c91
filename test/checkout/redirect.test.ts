import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { safeRedirect } from '../../src/checkout/redirect.js';

const SHOP = 'https://shop.example/checkout';
const LOCAL = 'http://localhost:3000/';

describe('safeRedirect', () => {
  const followed: [value: string, page: string][] = [
    ['https://shop.example/done?retCode=SUCCESS&retMsg=&status=2', SHOP],
    ['HTTPS://shop.example', SHOP],
    ['https://shop.example:8443/a#b', SHOP],
    ['https://shop.example/?mail=a@b.example', SHOP],
    ['https://商店.example/订单', SHOP],
    ['http://127.0.0.1:3000/done', LOCAL],
    ['http://localhost/done', 'http://[::1]:80/'],
  ];
  for (const [value, page] of followed) {
    it(`follows ${value} from ${page}`, () => assert.equal(safeRedirect(value, page), new URL(value).href));
  }

  const refused: [value: unknown, page: string][] = [
    ['javascript:alert(1)', SHOP],
    ['java\nscript:alert(1)', SHOP],
    [' javascript:alert(1)', SHOP],
    ['data:text/html,x', SHOP],
    ['blob:https://shop.example/1', SHOP],
    ['//shop.example/done', SHOP],
    ['/done', SHOP],
    ['https:shop.example', SHOP],
    ['https:/shop.example', SHOP],
    ['https:\\\\shop.example', SHOP],
    ['https://shop.example\\@evil.example', SHOP],
    ['https://user@shop.example/', SHOP],
    ['https://user:pass@shop.example/', SHOP],
    ['https://@shop.example/', SHOP],
    ['https://', SHOP],
    ['https://exa mple/', SHOP],
    ['ht\ttps://shop.example', SHOP],
    ['https://shop.example/\n', SHOP],
    [' https://shop.example/', SHOP],
    ['http://shop.example/', SHOP],
    ['http://shop.example/', LOCAL],
    ['http://localhost/', SHOP],
    ['http://127.0.0.1.evil.example/', LOCAL],
    ['', SHOP],
    [undefined, SHOP],
    [{ toString: () => 'https://shop.example/' }, SHOP],
    [['https://shop.example/'], SHOP],
  ];
  for (const [value, page] of refused) {
    it(`refuses ${JSON.stringify(value)} from ${page}`, () =>
      assert.equal(safeRedirect(value, page), undefined));
  }

  it('lets nothing through but https, or http on loopback, whatever the text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc
        .tuple(fc.constantFrom('javascript:', 'data:', 'http://', 'https://', '\\\\', 'https:/'), fc.string())
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        const url = safeRedirect(value, SHOP);
        if (url === undefined) return;
        const { protocol, username, password } = new URL(url);
        assert.deepEqual([protocol, username, password], ['https:', '', '']);
      }),
      { numRuns: 3000 },
    );
  });
});
