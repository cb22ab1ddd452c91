import 'iotpay-checkout/types/react';
import { useRef } from 'react';
import type { IotpayCheckout } from 'iotpay-checkout';

export function Checkout({ orderId }: { orderId: string }) {
  const checkout = useRef<IotpayCheckout>(null);
  return (
    <>
      <iotpay-checkout
        ref={checkout}
        key={orderId}
        id="checkout"
        className="wide"
        slot="main"
        secure-id-endpoint="/api/secure-id"
        order-status-endpoint="/api/order-status"
        loading="lazy"
        no-redirect=""
        setup-timeout={5000}
        requestData={{ orderId }}
        requestHeaders={{ 'X-Csrf-Token': 'abc' }}
        options={{ darkMode: true, button: { text: 'Pay' } }}
        oniotpay-success={(event) => event.detail.mchOrderNo?.toUpperCase()}
        oniotpay-error={({ detail }) => console.error(detail.code, detail.retryable)}
        oniotpay-timeout={(event) => event.preventDefault()}
      >
        <p>One moment</p>
      </iotpay-checkout>
      <button onClick={() => void checkout.current?.load()}>Load</button>
    </>
  );
}
