// A bundler for browsers ends up here: the sandbox listens on a port, which no page can. What is for unit tests of pages
// is `iotpay-checkout/sandbox/unit`.
const explain = (): never => {
  throw new Error(
    'iotpay-checkout/sandbox was loaded for a browser. It is a server: start it in Node (npx iotpay-checkout sandbox, or startSandbox() in a test that runs in Node; in Jest with jsdom, write @jest-environment node at the top of that file). For an outcome in a unit test of a page, import simulateIotpay from iotpay-checkout/sandbox/unit.',
  );
};

export const startSandbox = explain;
export const testStore = explain;
