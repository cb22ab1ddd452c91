// What `checkout.head()` writes into a page: the tags, what they are pinned by, and nothing that breaks out of them.
import assert from 'node:assert/strict';
import crypto, { createHash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it } from 'node:test';
import { headTags, type HeadOptions } from '../../../src/server/checkout/head.js';

const GATEWAY = 'https://ccapi.iotpaycloud.com';
const STARTER = '(()=>{document.title="&<>"})();';
const head = (options?: HeadOptions): string => headTags(GATEWAY, options, () => STARTER);

describe('head', () => {
  it('has the starter in the page and the hint for the script of this gateway, without being told anything', () => {
    assert.equal(
      head(),
      `<link rel="preload" as="script" href="${GATEWAY}/cc/iotpaycc.js">\n<script>${STARTER}</script>`,
    );
    assert.match(
      headTags('http://127.0.0.1:9000', {}, () => STARTER),
      /href="http:\/\/127\.0\.0\.1:9000\/cc\//,
    );
    assert.doesNotMatch(
      headTags(undefined, {}, () => STARTER),
      /preload/,
    );
  });

  it('has the element’s file, pinned where its hash is given', () => {
    assert.match(head({ element: '/pay.js' }), /<script type="module" src="\/pay\.js"><\/script>$/);
    assert.match(
      head({ element: 'https://cdn.example/pay.js', integrity: 'sha384-abc' }),
      /src="https:\/\/cdn\.example\/pay\.js" integrity="sha384-abc" crossorigin="anonymous"><\/script>$/,
    );
  });

  it('pins a starter of a file of its own by the hash of the text', () => {
    const hash = createHash('sha384').update(STARTER).digest('base64').replace(/[+/]/g, '\\$&');
    assert.match(
      head({ starter: '/start.js' }),
      new RegExp(`<script src="/start\\.js" integrity="sha384-${hash}" crossorigin="anonymous"></script>$`),
    );
    assert.doesNotMatch(head({ starter: false }), /<script/);
  });

  it('computes that hash once, and another one for another text', (test) => {
    const make = test.mock.method(crypto, 'createHash');
    syncBuiltinESMExports();
    const [one, two] = ['/* one */', '/* two */'].map((text) => () => text);
    const pages = [one, one, one, two].map((text) => headTags(GATEWAY, { starter: '/start.js' }, text));
    make.mock.restore();
    syncBuiltinESMExports();
    assert.equal(make.mock.callCount(), 2);
    assert.equal(new Set(pages).size, 2);
  });

  it('gives the nonce to every tag that a policy may ask for it', () => {
    const tags = head({ nonce: 'r4nd0m+/==', element: '/pay.js', modulepreload: ['/chunk.js'] }).split('\n');
    assert.equal(tags.length, 4);
    for (const tag of tags) assert.match(tag, / nonce="r4nd0m\+\/=="/);
  });

  it('writes hints in the order in which they help', () => {
    const tags = head({
      preconnect: ['https://api.example'],
      modulepreload: ['/a.js', '/b.js'],
      starter: false,
    });
    assert.deepEqual(
      tags.split('\n').map((tag) => /href="([^"]+)"/.exec(tag)?.[1]),
      ['https://api.example', `${GATEWAY}/cc/iotpaycc.js`, '/a.js', '/b.js'],
    );
  });

  it('lets no value out of its attribute', () => {
    const written = head({ element: '/a.js?x="><img src=x onerror=alert(1)>&y' });
    assert.match(written, /src="\/a\.js\?x=&#34;&#62;&#60;img src=x onerror=alert\(1\)&#62;&#38;y"/);
  });

  const wrong: readonly [options: unknown, says: RegExp][] = [
    [null, /head: expected an object of options, received null/],
    [{ nonse: 'x' }, /no such option: nonse\. There are: element, /],
    [{ nonce: 'a" onload="x' }, /nonce: expected a nonce.*received "a\\" onload/],
    [{ nonce: '' }, /nonce: expected/],
    [{ nonce: 7 }, /nonce: expected/],
    [{ integrity: 'md5-x' }, /integrity: expected a hash/],
    [{ element: 'javascript:alert(1)' }, /element: expected an address, received "javascript/],
    [{ element: ' data:text/javascript,1' }, /element: expected/],
    [{ element: '' }, /element: expected/],
    [{ element: 'http://[' }, /element: expected/],
    [{ starter: true }, /starter: expected "inline", an address or false/],
    [{ modulepreload: '/a.js' }, /modulepreload: expected a list/],
    [{ preconnect: [1] }, /preconnect: expected a list/],
  ];
  for (const [options, says] of wrong) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => head(options as HeadOptions), { name: 'TypeError', message: says });
    });
  }

  it('says what to do where the package is not built', () => {
    assert.throws(() => headTags(GATEWAY), /part of the built package only.*npm run build/);
  });
});
