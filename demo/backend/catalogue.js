/**
 * What the shop sells. Prices live here, on the server, and nowhere else: a browser says what it wants, never what it
 * costs. Names and descriptions are in ../shop/strings.
 * @typedef {object} Product
 * @property {string} slug
 * @property {number} price in cents, before tax
 * @property {string} size
 * @property {string} tone the colour behind its picture
 */

/** @type {readonly Product[]} */
export const PRODUCTS = [
  { slug: 'tide-mug', price: 3800, size: '340 ml · 9 cm', tone: 'sand' },
  { slug: 'cove-bowl', price: 4600, size: '900 ml · 18 cm', tone: 'mist' },
  { slug: 'spruce-teapot', price: 12800, size: '1.1 L · 16 cm', tone: 'blush' },
  { slug: 'pebble-vase', price: 7400, size: '24 cm', tone: 'sage' },
  { slug: 'harbour-plate', price: 4200, size: '26 cm', tone: 'honey' },
  { slug: 'fog-tumblers', price: 5600, size: '2 × 260 ml', tone: 'slate' },
  { slug: 'salt-cellar', price: 3400, size: '180 ml · 8 cm', tone: 'sage' },
  { slug: 'skerry-planter', price: 5800, size: '15 cm', tone: 'sand' },
];

const BY_SLUG = new Map(PRODUCTS.map((product) => [product.slug, product]));

/** @param {unknown} slug */
export const findProduct = (slug) => (typeof slug === 'string' ? BY_SLUG.get(slug) : undefined);

/** The most of one piece in one order. */
export const MAX_QUANTITY = 10;

const SHIPPING_CENTS = 1200;
const FREE_SHIPPING_FROM_CENTS = 15000;
/** The harmonized sales tax where the parcel goes, in percent: New Brunswick's. */
const TAX_PERCENT = 15;

/**
 * @typedef {{product: Product, quantity: number}} Line
 * @typedef {{subtotal: number, shipping: number, tax: number, total: number}} Totals all in cents
 */

/**
 * @param {readonly Line[]} lines
 * @returns {Totals}
 */
export function totalsOf(lines) {
  const subtotal = lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
  const shipping = subtotal === 0 || subtotal >= FREE_SHIPPING_FROM_CENTS ? 0 : SHIPPING_CENTS;
  const tax = Math.round(((subtotal + shipping) * TAX_PERCENT) / 100);
  return { subtotal, shipping, tax, total: subtotal + shipping + tax };
}
