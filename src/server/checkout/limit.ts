import { RouteRefusal } from '../route.js';

/**
 * How many forms of one order, or for one customer's cards, are looked after at most: the gateway is asked about each of them
 * with each question. Who needs more of them within two hours tries out cards.
 */
const MOST_FORMS = 50;

/**
 * @param what - whose forms they are, for the log
 * @param made - how many there are within the two hours in which the gateway is asked about one
 * @throws RouteRefusal for one more than anybody needs
 */
export function requireFewer(what: string, made: number): void {
  if (made < MOST_FORMS) return;
  throw new RouteRefusal(
    429,
    'This was tried too often. Try again later.',
    `${what}: ${made} forms within two hours. Does somebody try out cards, or a page ask for forms in a loop? Limit how often a visitor may call the route.`,
    { 'Retry-After': '600' },
  );
}
