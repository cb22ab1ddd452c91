import { expect } from '@open-wc/testing';

it('runs in a group', () => {
  const { group } = (globalThis as unknown as { testServers: { group: string } }).testServers;
  console.log(group, navigator.userAgent, document.visibilityState, document.hasFocus());
  expect(group).to.be.oneOf(['plain', 'quirks']);
});
it('fails', () => expect(1).to.equal(1));
