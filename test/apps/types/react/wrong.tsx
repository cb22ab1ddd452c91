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
  <iotpay-checkout key="8" credentials="always" />,
  <iotpay-checkout key="9" theme="dark" />,
  <iotpay-checkout key="10" loading="late" />,
  <iotpay-checkout key="11" colorScheme="blue" />,
  <IotpayCheckout key="12" mode="sub" />,
  <IotpayCheckout key="13" requestData="orderId=7" />,
  <IotpayCheckout key="14" onSuccess={(event) => event.detail.cardNumber} />,
  <IotpayCheckout key="15" noSuchProperty />,
  <IotpayCheckout key="16" loading={true} />,
  <IotpayCheckout key="17" credentials="always" />,
  <IotpayCheckout key="18" theme="dark" />,
  <IotpayCheckout key="19" loading="late" />,
  <IotpayCheckout key="20" colorScheme="blue" />,
];
