/** What a module of the package gives where it runs: its names, whether the tag is defined, and what its main function does. */
export async function probe(module) {
  const names = Object.keys(module)
    .filter((name) => name !== 'default')
    .sort();
  const tag = globalThis.customElements?.get('iotpay-checkout') !== undefined;
  return { names, tag, does: await does(module).catch((error) => `refuses: ${error.message.slice(0, 60)}`) };
}

async function does(module) {
  if (module.startSandbox) {
    const sandbox = await module.startSandbox();
    const { status } = await fetch(`${sandbox.origin}/sandbox/ledger`);
    await sandbox.close();
    return `sandbox: ${status}`;
  }
  // The same signature, wherever it is made.
  if (module.sign) return `signature: ${module.sign({ a: 'apple' }, 'key')}`;
  if (module.simulateIotpay) return `simulates: ${typeof module.simulateIotpay}`;
  if (module.default) return `data: ${JSON.stringify(module.default).length > 1000}`;
  return `class: ${typeof module.IotpayCheckout}`;
}
