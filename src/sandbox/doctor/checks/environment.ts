import { FIELD_LIMITS } from '../../../gateway/limits.js';
import { DEVELOPMENT_ORIGIN, isLoopback, listedOrigin, PRODUCTION_ORIGIN } from '../../../gateway/origins.js';
import type { Check, Examination } from '../examination.js';
import { ok, problem, type Finding } from '../finding.js';

/** How every merchant key of the sandbox begins; its merchant's name and number besides. */
const SANDBOX = { key: 'sandbox', mchId: '10000701', loginName: 'sandbox' };

/** The variables that the README's backend reads. */
export const environment: Check = {
  title: 'Environment',
  run: (examination) => [
    text(examination, 'IOTPAY_MCH_ID', FIELD_LIMITS.mchId),
    text(examination, 'IOTPAY_MERCHANT_KEY', Infinity),
    text(examination, 'IOTPAY_LOGIN_NAME', FIELD_LIMITS.loginName),
    origin(examination),
    shop(examination),
  ],
};

function text({ env, rehearse }: Examination, name: string, longest: number): Finding {
  const value = env[name];
  if (value === undefined || value.trim() === '')
    return problem(
      `${name} is not set.`,
      'Set it to what IOTPay gave you, in the environment of your backend.',
    );
  if (value !== value.trim() || /^(["']).*\1$/.test(value))
    return problem(
      `${name} has white space or quotes around it, which count as part of it.`,
      'Remove them: a signature made with them is refused.',
    );
  if ([...value].length > longest)
    return problem(
      `${name} has ${[...value].length} characters; IOTPay's have at most ${longest}.`,
      'Copy it once more from what IOTPay gave you.',
    );
  if (!rehearse && isSandbox(name, value))
    return problem(
      `${name} is the sandbox’s own.`,
      'Set what IOTPay gave you: with a key that everybody may know, anybody can sign a payment.',
    );
  return ok(`${name} is set.`);
}

function isSandbox(name: string, value: string): boolean {
  if (name === 'IOTPAY_MERCHANT_KEY') return value.startsWith(SANDBOX.key);
  return value === (name === 'IOTPAY_MCH_ID' ? SANDBOX.mchId : SANDBOX.loginName);
}

function origin({ env, rehearse }: Examination): Finding {
  const value = env['IOTPAY_GATEWAY_ORIGIN'];
  const name = 'IOTPAY_GATEWAY_ORIGIN';
  if (value === undefined || value === PRODUCTION_ORIGIN)
    return ok(`The gateway is IOTPay’s own, ${PRODUCTION_ORIGIN}.`);
  const listed = listedOrigin(value, true);
  if (listed === PRODUCTION_ORIGIN) return ok(`The gateway is IOTPay’s own, ${PRODUCTION_ORIGIN}.`);
  if (listed === undefined)
    return problem(`${name} is no gateway of IOTPay’s.`, `Remove it, or set ${PRODUCTION_ORIGIN}.`);
  if (listed === DEVELOPMENT_ORIGIN)
    return problem(
      `The gateway is IOTPay’s development one, ${listed}.`,
      `Remove ${name}: no real payment is made there.`,
    );
  if (rehearse) return ok(`This is the sandbox, ${listed}: a rehearsal.`);
  return problem(`This is the sandbox, ${listed}.`, `Remove ${name}: no real payment is made there.`);
}

/** Where the README's backend begins its own addresses with: one that has them from elsewhere leaves it out. */
function shop({ env, rehearse }: Examination): Finding {
  const value = env['SHOP_ORIGIN'];
  if (value === undefined) return ok('SHOP_ORIGIN is not set: your shop has its addresses from elsewhere.');
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const advice =
    'Set it to your shop’s public address without a path, such as https://shop.example: notifyUrl and returnUrl begin with it.';
  if (url?.origin !== value || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return problem('SHOP_ORIGIN is no origin.', advice);
  if (!rehearse && (url.protocol === 'http:' || isLoopback(url.hostname)))
    return problem(`SHOP_ORIGIN is ${value}: IOTPay cannot reach it, or not safely.`, advice);
  return ok(`SHOP_ORIGIN is ${value}.`);
}
