import { configError } from './errors.js';

/** Name of the slot in the element's shadow root that shows the frame. */
export const FRAME_SLOT = 'iotpay-frame';

/** Marks every node that this package adds to somebody else's tree. */
const MARK = 'data-iotpay-checkout';

/** Proves that a marked node is an original: a clone copies the attribute and not this. */
const ORIGINAL = Symbol.for('iotpay-checkout');

type Marked = Element & { [ORIGINAL]?: true };
type Movable = Element & { moveBefore?: (node: Node, child: Node | null) => void };

/**
 * The container that IOTPay's script mounts into. The script is documented with a selector string, so it looks the
 * container up in the document and cannot see into shadow roots: the container is placed in the document's own tree and
 * projected inwards through a chain of slots, one in each shadow root on the way to the element.
 */
export class MountPoint {
  readonly container: HTMLElement;
  readonly #element: HTMLElement;
  #slots: HTMLSlotElement[] = [];
  #hosts: Element[] = [];

  /** @param id - unique in the document, and a valid selector behind `#` */
  constructor(element: HTMLElement, id: string) {
    this.#element = element;
    this.container = mark(element.ownerDocument.createElement('div'));
    this.container.id = id;
  }

  get frame(): HTMLIFrameElement | null {
    return this.container.querySelector('iframe');
  }

  /** Whether the container still stands where the element can show it. */
  get inPlace(): boolean {
    const hosts = hostsOf(this.#element, false);
    return (
      this.container.parentNode === hosts.at(-1) &&
      hosts.length === this.#hosts.length &&
      hosts.every((host, i) => host === this.#hosts[i]) &&
      this.#slots.every((slot, i) => slot.parentNode === hosts[i])
    );
  }

  /**
   * Puts the container into the document, or after a move to where it belongs now.
   * @throws IotpayCheckoutError `config` where a shadow root on the way assigns its slots by hand
   */
  place(): void {
    const hosts = hostsOf(this.#element);
    const { container } = this;
    this.#slots.forEach((slot) => slot.remove());
    this.#hosts = hosts;
    this.#slots = hosts.slice(0, -1).map((host, i) => {
      const slot = mark(host.ownerDocument.createElement('slot'));
      slot.name = container.id;
      slot.slot = i ? container.id : FRAME_SLOT;
      host.append(slot);
      return slot;
    });
    container.slot = this.#slots.length ? container.id : FRAME_SLOT;
    const outermost = hosts.at(-1) as Movable;
    if (container.parentNode === outermost) return;
    if (container.isConnected && outermost.moveBefore) outermost.moveBefore(container, null);
    else outermost.append(container);
  }

  remove(): void {
    this.container.remove();
    this.#slots.forEach((slot) => slot.remove());
    this.#slots = [];
  }
}

/** Removes what a clone of a mounted element, or of a host around one, has copied of a frame. */
export function discardCopies(element: HTMLElement): void {
  for (const host of hostsOf(element, false)) {
    for (const child of [...host.children]) {
      if (child.hasAttribute(MARK) && !(child as Marked)[ORIGINAL]) child.remove();
    }
  }
}

/** The element and the hosts of all shadow roots around it, from the inside out. */
function hostsOf(element: HTMLElement, check = true): Element[] {
  const hosts: Element[] = [element];
  for (let root = element.getRootNode(); 'host' in root; root = (root as ShadowRoot).host.getRootNode()) {
    if (check && (root as ShadowRoot).slotAssignment === 'manual') {
      throw configError(
        `<iotpay-checkout> can't be shown inside a shadow root with slotAssignment "manual": IOTPay's frame is projected through named slots. Attach that shadow root with "named".`,
      );
    }
    hosts.push((root as ShadowRoot).host);
  }
  return hosts;
}

function mark<T extends Element>(node: T): T {
  node.setAttribute(MARK, '');
  (node as Marked)[ORIGINAL] = true;
  return node;
}
