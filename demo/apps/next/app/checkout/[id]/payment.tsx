'use client';

import { IotpayCheckout } from 'iotpay-checkout/react';
import { useState } from 'react';

/** The server renders it too: the shopper sees the placeholder at once. `gatewayOrigin` is for the sandbox only. */
export function Payment({ orderId, gatewayOrigin }: { orderId: string; gatewayOrigin: string | undefined }) {
  const [outcome, setOutcome] = useState('');
  return (
    <>
      <IotpayCheckout
        secureIdEndpoint="/pay/secure-id"
        orderStatusEndpoint="/pay/order-status"
        gatewayOrigin={gatewayOrigin}
        requestData={{ orderId }}
        onSuccess={({ detail }) => setOutcome(`Paid: ${detail.mchOrderNo}`)}
      >
        <p>One moment…</p>
      </IotpayCheckout>
      <p id="outcome" role="status">
        {outcome}
      </p>
    </>
  );
}
