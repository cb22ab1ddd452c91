// What a page's policies refuse, without a page: an event target stands for the document.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { IotpayCheckoutError } from '../../src/checkout/errors.js';
import {
  allowAddress,
  makePolicy,
  refuses,
  setScriptAddress,
  watchPolicy,
} from '../../src/checkout/page-policy.js';
import { keepAlive } from '../support/alive.js';

keepAlive();

const GATEWAY = 'https://ccapi.iotpaycloud.com';
const SCRIPT = `${GATEWAY}/cc/iotpaycc.js`;

function violation(effectiveDirective: string, blockedURI = SCRIPT, disposition = 'enforce') {
  return Object.assign(new Event('securitypolicyviolation'), {
    effectiveDirective,
    blockedURI,
    disposition,
  }) as SecurityPolicyViolationEvent;
}

describe('refuses', () => {
  const TABLE: [resource: 'script' | 'connect' | 'frame', directive: string, expected: boolean][] = [
    ['script', 'script-src', true],
    ['script', 'script-src-elem', true],
    ['script', 'default-src', true],
    ['script', 'connect-src', false],
    ['connect', 'connect-src', true],
    ['connect', 'script-src', false],
    ['frame', 'frame-src', true],
    ['frame', 'child-src', true],
    ['frame', 'default-src', true],
    ['frame', 'style-src', false],
  ];
  for (const [resource, directive, expected] of TABLE) {
    it(`${directive}: ${expected ? 'refuses' : 'says nothing of'} a ${resource}`, () => {
      assert.equal(refuses(violation(directive), resource, GATEWAY), expected);
    });
  }

  it('not what is of another origin, and not by a policy that only reports', () => {
    assert.equal(refuses(violation('script-src', 'https://a.example/x.js'), 'script', GATEWAY), false);
    assert.equal(refuses(violation('script-src', SCRIPT, 'report'), 'script', GATEWAY), false);
  });
});

describe('watchPolicy', () => {
  it('tells the directive, also where the event comes after the failure', async () => {
    const page = new EventTarget() as Document;
    const refusedBy = watchPolicy(page, new AbortController().signal);
    page.dispatchEvent(violation('style-src', 'https://a.example/'));
    const directive = refusedBy('script', GATEWAY);
    page.dispatchEvent(violation('script-src-elem'));
    assert.equal(await directive, 'script-src-elem');
    assert.equal(await refusedBy('connect', GATEWAY), undefined);
  });

  it('leaves nothing behind when it is over', () => {
    const page = new EventTarget() as Document;
    const run = new AbortController();
    watchPolicy(page, run.signal);
    assert.equal(getEventListeners(page, 'securitypolicyviolation').length, 1);
    run.abort();
    assert.equal(getEventListeners(page, 'securitypolicyviolation').length, 0);
  });
});

interface Rules {
  createScriptURL(url: string): unknown;
}

describe('setScriptAddress', () => {
  it('sets the plain address where the page has no Trusted Types', () => {
    const tag = { src: '' };
    setScriptAddress(tag, SCRIPT, makePolicy({}));
    assert.equal(tag.src, SCRIPT);
  });

  it('says what to add where the page refuses the policy', () => {
    const trustedTypes = {
      createPolicy: (): Rules => {
        throw new TypeError('Policy disallowed.');
      },
    };
    assert.throws(
      () => setScriptAddress({ src: '' }, SCRIPT, makePolicy({ trustedTypes })),
      (error) =>
        error instanceof IotpayCheckoutError &&
        error.code === 'script-blocked' &&
        /add iotpay-checkout .* trusted-types/.test(error.message) &&
        error.cause instanceof TypeError,
    );
  });

  it("makes one policy, which takes IOTPay's script from the closed list and nothing else", () => {
    const made: string[] = [];
    let policy!: Rules;
    const trustedTypes = {
      createPolicy: (name: string, rules: Rules) => {
        made.push(name);
        return (policy = rules);
      },
    };
    const tag = { src: '' };
    const policyMade = makePolicy({ trustedTypes });
    setScriptAddress(tag, SCRIPT, policyMade);
    setScriptAddress(tag, `${SCRIPT}?retry=1`, policyMade);
    assert.equal(tag.src, `${SCRIPT}?retry=1`);
    assert.deepEqual(made, ['iotpay-checkout']);
    for (const url of [
      'https://evil.example/cc/iotpaycc.js',
      `${GATEWAY}.evil.example/cc/iotpaycc.js`,
      `${GATEWAY}/other.js`,
      `http://ccapi.iotpaycloud.com/cc/iotpaycc.js`,
      'javascript:alert(1)',
      'data:text/javascript,alert(1)',
    ]) {
      assert.throws(() => policy.createScriptURL(url), TypeError, url);
    }
  });

  it('takes our own second file as well, from its one address', () => {
    const own = 'https://cdn.shop.example/iotpay/iotpay-checkout-extras.js';
    let policy!: Rules;
    const trustedTypes = { createPolicy: (_name: string, rules: Rules) => (policy = rules) };
    makePolicy({ trustedTypes });
    assert.throws(() => policy.createScriptURL(own), TypeError);
    allowAddress(own);
    assert.equal(policy.createScriptURL(own), own);
    assert.equal(policy.createScriptURL(SCRIPT), SCRIPT);
    for (const url of [
      'https://evil.example/iotpay/iotpay-checkout-extras.js',
      'https://cdn.shop.example/iotpay/other.js',
      'http://cdn.shop.example/iotpay/iotpay-checkout-extras.js',
    ]) {
      assert.throws(() => policy.createScriptURL(url), TypeError, url);
    }
  });
});
