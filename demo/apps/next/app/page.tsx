import Link from 'next/link';
import { connection } from 'next/server';
import { orders } from '../lib/orders';

export default async function Orders() {
  await connection(); // as the orders are now, not as they were when the app was built
  return (
    <>
      <h1>Orders</h1>
      <ul>
        {[...orders.values()].map(({ id, paid }) => (
          <li key={id} id={`order-${id}`}>
            <Link href={`/checkout/${id}`}>Order {id}</Link>: {paid ? 'paid' : 'open'}
          </li>
        ))}
      </ul>
    </>
  );
}
