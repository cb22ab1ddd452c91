/** Pauses between two questions, in milliseconds; the last one repeats. */
const PAUSES_MS = [300, 500, 800, 1500, 2500, 4000, 5000];

/**
 * Asks the shop about an order until it is paid or has failed. Waits while nobody looks at the page.
 * @param {string} order
 * @param {number} patienceMs how long, in milliseconds
 * @returns {Promise<'paid' | 'failed' | undefined>} undefined: not known in that time
 */
export async function untilKnown(order, patienceMs) {
  const began = performance.now();
  for (let i = 0; performance.now() - began < patienceMs; i++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(i, PAUSES_MS.length - 1)]));
    if (document.hidden) {
      await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
    }
    const answer = await ask(order);
    if (answer?.state === 'paid') return 'paid';
    if (answer?.failed) return 'failed';
  }
  return undefined;
}

/** @param {string} order */
async function ask(order) {
  try {
    const response = await fetch(`/api/orders/${order}?waiting`, { headers: { Accept: 'application/json' } });
    if (response.ok) return await response.json();
  } catch (error) {
    console.warn('The order could not be asked for; trying again.', error);
  }
  return undefined;
}
