import 'iotpay-checkout/types/react';
import { useRef } from 'react';
import type { IotpayCheckout } from 'iotpay-checkout';
import { IotpayCheckout as Component, type IotpaySuccessEvent } from 'iotpay-checkout/react';

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
        mode="pay"
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
      <iotpay-checkout
        secure-id-endpoint="/api/secure-id"
        secure-id="abc"
        mode="add"
        request-data='{"orderId":"A-1"}'
        credentials="include"
        order-status-endpoint="/api/order-status"
        loading="manual"
        theme="card"
        color-scheme="dark"
        button-text="Pay"
        no-redirect
        debug
        setup-timeout="5000"
        gateway-origin="https://ccapi.iotpaycloud.com"
        lang="fr"
        nonce="abc"
        hidden
        oniotpay-ready={({ detail }) => detail satisfies null}
        oniotpay-fail={({ detail }) => detail.message}
      >
        <p slot="error">Sorry</p>
      </iotpay-checkout>
      <iotpay-checkout
        secureIdEndpoint="/api/secure-id"
        secureId="abc"
        orderStatusEndpoint="/api/order-status"
        colorScheme="auto"
        buttonText="Pay"
        noRedirect
        debug={false}
        setupTimeout={5000}
        gatewayOrigin="https://ccdev.iotpaycloud.com"
        strings={{ paid: 'Thank you' }}
      ></iotpay-checkout>
      <button onClick={() => void checkout.current?.load()}>Load</button>
    </>
  );
}

export function Page({ orderId, mode }: { orderId: string; mode?: 'pay' | 'add' }) {
  const checkout = useRef<IotpayCheckout>(null);
  const paid = (event: IotpaySuccessEvent) => event.detail.mchOrderNo;
  return (
    <>
      <Component
        ref={checkout}
        key={orderId}
        secureIdEndpoint="/api/secure-id"
        secureId="abc"
        orderStatusEndpoint="/api/order-status"
        mode={mode}
        requestData={{ orderId }}
        requestHeaders={{ 'X-Csrf-Token': 'abc' }}
        credentials="include"
        loading="lazy"
        theme="card"
        colorScheme="dark"
        buttonText="Pay"
        options={{ darkMode: true, button: { text: 'Pay' } }}
        noRedirect
        setupTimeout={5000}
        gatewayOrigin={undefined}
        strings={{ paid: 'Thank you' }}
        debug
        className="wide"
        style={{ marginTop: 8 }}
        id="checkout"
        lang="fr"
        hidden={false}
        slot="main"
        nonce="abc"
        data-test="yes"
        aria-label="Card"
        onReady={() => checkout.current?.focus()}
        onSuccess={paid}
        onFail={(event) => event.preventDefault()}
        onTimeout={({ detail }) => detail.reason}
        onError={({ detail }) => console.error(detail.code, detail.retryable)}
      >
        <p>One moment</p>
        <p slot="error">Sorry</p>
      </Component>
      <Component secureIdEndpoint="/api/secure-id" ref={(element) => void element?.load()} />
    </>
  );
}
