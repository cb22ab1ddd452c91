// Where the container stands: in the document's own tree, shown through one slot for each shadow root on the way.
import { expect, fixture, html } from '@open-wc/testing';
import { discardCopies, MountPoint } from '../../src/checkout/mount-point.js';
import { unique } from '../support/element.js';

/** An element inside `depth` shadow roots, with the outermost host. */
async function nested(
  depth: number,
  init: ShadowRootInit = { mode: 'open' },
): Promise<{ element: HTMLElement; hosts: HTMLElement[] }> {
  const place = await fixture<HTMLElement>(html`<div></div>`);
  const hosts: HTMLElement[] = [];
  let parent: Node = place;
  for (let i = 0; i < depth; i++) {
    const host = document.createElement('div');
    parent.appendChild(host);
    hosts.unshift(host);
    parent = host.attachShadow(init);
  }
  const element = document.createElement('div');
  element.attachShadow({ mode: 'open' }).innerHTML = '<slot name="iotpay-frame"></slot>';
  parent.appendChild(element);
  return { element, hosts };
}

function pointOf(element: HTMLElement): MountPoint {
  const point = new MountPoint(element, unique('point'));
  point.container.textContent = 'form';
  return point;
}

/** Whether the container is rendered inside the element. */
function isShownIn(element: HTMLElement, { container }: MountPoint): boolean {
  const slot = element.shadowRoot?.querySelector('slot');
  return !!slot?.assignedNodes({ flatten: true }).includes(container);
}

describe('a mount point', () => {
  for (const mode of ['open', 'closed'] as const) {
    for (const depth of [0, 1, 3]) {
      it(`is found by a selector and shown in the element, ${depth} ${mode} shadow roots deep`, async () => {
        const { element } = await nested(depth, { mode });
        const point = pointOf(element);
        point.place();
        expect(document.querySelector(`#${point.container.id}`)).to.equal(point.container);
        expect(isShownIn(element, point)).to.equal(true);
        expect(point.inPlace).to.equal(true);
      });
    }
  }

  it('leaves nothing behind', async () => {
    const { element, hosts } = await nested(2);
    const point = pointOf(element);
    point.place();
    point.remove();
    for (const host of [element, ...hosts]) expect(host.childNodes).to.have.length(0);
    expect(point.container.isConnected).to.equal(false);
  });

  it('follows its element to where that is now, and leaves nothing where it was', async () => {
    const before = await nested(2);
    const after = await nested(1);
    const point = pointOf(before.element);
    point.place();
    after.element.parentNode?.append(before.element);
    expect(point.inPlace).to.equal(false);
    point.place();
    expect(point.inPlace).to.equal(true);
    expect(isShownIn(before.element, point)).to.equal(true);
    for (const host of before.hosts) expect(host.childNodes).to.have.length(0);
  });

  it('knows when one of its slots or the container was taken away', async () => {
    const { element } = await nested(1);
    const point = pointOf(element);
    point.place();
    element.replaceChildren();
    expect(point.inPlace).to.equal(false);
    point.place();
    expect(point.inPlace).to.equal(true);
    point.container.remove();
    expect(point.inPlace).to.equal(false);
  });

  it('tells the frame that is in it', async () => {
    const { element } = await nested(0);
    const point = pointOf(element);
    expect(point.frame).to.equal(null);
    const frame = document.createElement('iframe');
    point.container.append(document.createElement('p'), frame);
    expect(point.frame).to.equal(frame);
  });

  it('refuses a shadow root that assigns its slots by hand, and adds nothing', async () => {
    const { element, hosts } = await nested(1, { mode: 'open', slotAssignment: 'manual' });
    const point = pointOf(element);
    expect(() => point.place()).to.throw(/slotAssignment "manual"/);
    expect(element.childNodes).to.have.length(0);
    expect(hosts[0]?.childNodes).to.have.length(0);
  });
});

describe('discardCopies', () => {
  it('removes what a clone has copied, and neither originals nor what is the page’s own', async () => {
    const { element } = await nested(0);
    const point = pointOf(element);
    element.append('text', document.createElement('p'));
    point.place();
    const clone = element.cloneNode(true) as HTMLElement;
    discardCopies(clone);
    expect([...clone.childNodes].map(({ nodeName }) => nodeName)).to.deep.equal(['#text', 'P']);
    discardCopies(element);
    expect(element.contains(point.container)).to.equal(true);
  });

  it('removes copies in the hosts around, too', async () => {
    const { element, hosts } = await nested(1);
    const point = pointOf(element);
    point.place();
    const copy = point.container.cloneNode(true);
    hosts[0]?.append(copy);
    discardCopies(element);
    expect(copy.parentNode).to.equal(null);
    expect(point.inPlace).to.equal(true);
  });
});
