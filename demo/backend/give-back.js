/**
 * Gives a second payment of an order back: cancelled while it is not settled yet, refunded after that. What fails is thrown:
 * the library logs it and runs `onPaidTwice` again, and a call that was done already answers as it did then.
 * @param {Pick<import('iotpay-checkout/server').Checkout, 'void' | 'refund'>} checkout
 * @param {string} orderId
 * @param {string} mchOrderNo of the second payment
 */
export async function giveBack(checkout, orderId, mchOrderNo) {
  try {
    return await checkout.void(orderId, { mchOrderNo });
  } catch (error) {
    const { code, outcomeUnknown } = /** @type {{ code?: unknown, outcomeUnknown?: unknown }} */ (error);
    // Where it is not known what became of it, a refund beside it could give the money back twice.
    if (code !== 'refused' || outcomeUnknown) throw error;
    console.warn(`${orderId}: ${mchOrderNo} can't be voided any more (${String(error)}); it is refunded.`);
    return checkout.refund(orderId, { mchOrderNo });
  }
}
