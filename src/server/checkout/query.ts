import { meansNotFound } from '../../gateway/messages.js';
import type { Order } from '../answers.js';
import type { Iotpay } from '../client.js';
import { IotpayGatewayError } from '../errors.js';

/**
 * Asks the gateway about one order, a payment or a refund.
 * @returns `undefined` where the gateway says that it has no such order
 * @throws IotpayGatewayError where it said nothing, or refused for another reason
 */
export async function findOrder(
  iotpay: Pick<Iotpay, 'queryOrder'>,
  mchOrderNo: string,
): Promise<Order | undefined> {
  try {
    return await iotpay.queryOrder({ mchOrderNo });
  } catch (error) {
    const unknownThere =
      error instanceof IotpayGatewayError && error.code === 'refused' && meansNotFound(error.retMsg);
    if (unknownThere) return undefined;
    throw error;
  }
}
