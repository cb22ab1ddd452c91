import 'iotpay-checkout/types/react';

export const wrong = [
  <iotpay-checkout key="1" secure-id-endpoint={7} />,
  <iotpay-checkout key="2" requestData="orderId=7" />,
  <iotpay-checkout key="3" options={{ button: { width: '1px' } }} />,
  <iotpay-checkout key="4" oniotpay-success={(event) => event.detail.cardNumber} />,
  <iotpay-checkout key="5" noSuchProperty />,
];
