/** What the server knows and the page needs; the gateway's address for the sandbox only. */
export const load = ({ params }) => ({ id: params.id, gateway: process.env.IOTPAY_GATEWAY_ORIGIN });
