import Link from 'next/link';
import { Payment } from './payment';

export default async function Checkout({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <>
      <h1>Order {id}</h1>
      <Payment orderId={id} gatewayOrigin={process.env.IOTPAY_GATEWAY_ORIGIN} />
      <Link href="/">All orders</Link>
    </>
  );
}
