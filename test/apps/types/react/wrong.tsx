import 'iotpay-checkout/types/react';
import { IotpayCheckout } from 'iotpay-checkout/react';

export const wrong = [
  <iotpay-checkout key="1" secure-id-endpoint={7} />,
  <iotpay-checkout key="2" requestData="orderId=7" />,
  <iotpay-checkout key="3" options={{ button: { width: '1px' } }} />,
  <iotpay-checkout key="4" oniotpay-success={(event) => event.detail.cardNumber} />,
  <iotpay-checkout key="5" noSuchProperty />,
  <iotpay-checkout key="6" mode="sub" />,
  <iotpay-checkout key="7" color-scheme="blue" />,
  <IotpayCheckout key="8" mode="sub" />,
  <IotpayCheckout key="9" requestData="orderId=7" />,
  <IotpayCheckout key="10" onSuccess={(event) => event.detail.cardNumber} />,
  <IotpayCheckout key="11" noSuchProperty />,
  <IotpayCheckout key="12" loading={true} />,
];
