export function testServers() {
  return {
    plugin: { name: 'x' },
    html: (group: string) => (framework: string) =>
      `<!doctype html><html><body><script>globalThis.testServers={group:'${group}'}</script><script type="module" src="${framework}"></script></body></html>`,
  };
}
