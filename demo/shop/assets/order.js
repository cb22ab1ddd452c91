/** The order page while a payment is being confirmed: asks the shop until it knows. */
const { order } = document.querySelector('[data-order]').dataset;
/** Pauses between two questions, in milliseconds; the last one repeats. */
const PAUSES_MS = [400, 600, 1000, 1500, 2500, 4000, 5000];
/** How long the page asks, in milliseconds: then a reload asks again. */
const PATIENCE_MS = 15 * 60 * 1000;

const began = Date.now();
for (let i = 0; Date.now() - began < PATIENCE_MS; i++) {
  await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(i, PAUSES_MS.length - 1)]));
  if (document.hidden) {
    await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
  }
  let answer;
  try {
    const response = await fetch(`/api/orders/${order}?waiting`, { headers: { Accept: 'application/json' } });
    if (response.ok) answer = await response.json();
  } catch (error) {
    console.warn('The order could not be asked for; trying again.', error);
  }
  if (answer?.state !== 'paid' && !answer?.failed) continue;
  location.replace(`/orders/${order}`);
  break;
}
