/** What the server knows and the page needs. */
export const load = () => ({ gateway: process.env.IOTPAY_GATEWAY_ORIGIN });
