import { useState } from 'react';

const gateway = document.querySelector('meta[name=gateway-origin]').content;

export function App() {
  const [items, setItems] = useState(['a', 'b']);
  const [shown, setShown] = useState(true);
  const [renders, setRenders] = useState(0);
  const [outcomes, setOutcomes] = useState([]);
  const tell = (outcome) => setOutcomes((before) => [...before, outcome]);
  return (
    <>
      <h1>React, rendered {renders} times</h1>
      <button id="again" onClick={() => setRenders(renders + 1)}>
        Render again
      </button>
      <button id="reorder" onClick={() => setItems(items.toReversed())}>
        Reorder
      </button>
      <button id="toggle" onClick={() => setShown(!shown)}>
        Show or hide
      </button>
      {shown &&
        items.map((item) => (
          <section key={item} id={item}>
            <iotpay-checkout
              secure-id-endpoint="/api/secure-id"
              gateway-origin={gateway}
              requestData={{ tag: 'react', item }}
              requestHeaders={{ 'X-App': 'react' }}
              options={{ button: { text: `Pay ${item}, ${renders}` } }}
              oniotpay-success={(event) => tell(`Paid: ${item} ${event.detail.mchOrderNo}`)}
              oniotpay-fail={() => tell(`Failed: ${item}`)}
            ></iotpay-checkout>
          </section>
        ))}
      <p id="outcome" role="status">
        {outcomes.join(', ')}
      </p>
    </>
  );
}
