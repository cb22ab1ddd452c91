/**
 * The strictest policy that a page with `<iotpay-checkout>` needs: scripts with this answer's nonce and IOTPay's, IOTPay's
 * frame, no inline anything, Trusted Types for the element and for Lit only.
 * @param {string} nonce
 * @param {string} gatewayOrigin
 * @param {Readonly<Record<string, string>>} [other] directives that are different on one page
 */
export function contentSecurityPolicy(nonce, gatewayOrigin, other = {}) {
  const directives = {
    'default-src': `'none'`,
    'script-src': `'nonce-${nonce}' ${gatewayOrigin}`,
    'style-src': `'self'`,
    'img-src': `'self'`,
    'connect-src': `'self' ${gatewayOrigin}`,
    'frame-src': gatewayOrigin,
    'form-action': `'self'`,
    'base-uri': `'none'`,
    'frame-ancestors': `'none'`,
    'require-trusted-types-for': `'script'`,
    'trusted-types': 'iotpay-checkout lit-html',
    ...other,
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}
