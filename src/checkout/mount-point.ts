import { configError } from './errors.js';

/** Name of the slot in the element's shadow root that shows the frame. */
export const FRAME_SLOT = 'iotpay-frame';

/** Finds it there. */
export const OWN_SLOT = `slot[name=${FRAME_SLOT}]`;

/** Marks every node that this package adds to somebody else's tree. */
export const MARK = 'data-iotpay-checkout';

/** Proves that a marked node is an original: a clone copies the attribute and not this. What is out of use has lost it. */
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
  readonly #id: string;
  #slots: HTMLSlotElement[] = [];
  #hosts: Element[] = [];

  /** @param id - unique in the document, and a valid selector behind `#` */
  constructor(element: HTMLElement, id: string) {
    this.#element = element;
    this.#id = id;
    this.container = mark(element.ownerDocument.createElement('div'));
    this.container.id = id;
  }

  get frame(): HTMLIFrameElement | null {
    // One that is inert is of another form, and out of use.
    return this.container.querySelector('iframe:not([inert])');
  }

  /** Whether the container still stands where the element can show it. */
  get inPlace(): boolean {
    const hosts = hostsOf(this.#element);
    return (
      this.attached &&
      hosts.length === this.#hosts.length &&
      hosts.every((host, i) => host === this.#hosts[i]) &&
      this.#slots.every((slot, i) => slot.parentNode === hosts[i] && slot.name === this.#id) &&
      [this.container, ...this.#slots].every((node) => node.slot === this.#slotOf(node)) &&
      this.container.id === this.#id
    );
  }

  /** Whether IOTPay's script, which knows its id only, can find the container. */
  get findable(): boolean {
    return this.attached && this.#element.isConnected && this.container.id === this.#id;
  }

  /** Whether the container still stands where it belongs, in the outermost host. */
  get attached(): boolean {
    return this.container.parentNode === hostsOf(this.#element).at(-1);
  }

  /**
   * Puts the slot in the element's own shadow tree back, where another hand has taken it.
   * @returns whether there is a place for the container
   */
  show(): boolean {
    const root = this.#element.shadowRoot;
    const place = root?.querySelector('[part=frame]');
    if (place && !root?.querySelector(OWN_SLOT)) {
      const slot = document.createElement('slot');
      slot.name = FRAME_SLOT;
      place.append(slot);
    }
    return !!place;
  }

  /**
   * Puts the container into the document, or after a move to where it belongs now.
   * @throws IotpayCheckoutError `config` where a shadow root on the way assigns its slots by hand
   */
  place(): void {
    const hosts = hostsOf(this.#element, true);
    const { container } = this;
    this.#slots.forEach(discard);
    this.#hosts = hosts;
    this.#slots = hosts.slice(0, -1).map((host) => {
      const slot = mark(host.ownerDocument.createElement('slot'));
      slot.name = this.#id;
      host.append(slot);
      return slot;
    });
    for (const node of [container, ...this.#slots]) node.slot = this.#slotOf(node);
    mark(container).id = this.#id;
    const outermost = hosts.at(-1) as Movable;
    if (container.parentNode === outermost) return;
    if (container.isConnected && outermost.moveBefore) outermost.moveBefore(container, null);
    else outermost.append(container);
  }

  /** The slot that a node of ours goes into: the element's own from the innermost, else the next one inwards. */
  #slotOf(node: Element): string {
    const innermost = this.#slots[0] ?? this.container;
    return node === innermost ? FRAME_SLOT : this.#id;
  }

  remove(): void {
    [this.container, ...this.#slots].forEach(discard);
    this.#slots = [];
  }
}

/**
 * Removes what a clone of a mounted element, or of a host around one, has copied of a frame, and what the page has kept
 * and put back though it is out of use.
 */
export function discardCopies(element: HTMLElement): void {
  for (const host of hostsOf(element)) {
    for (const node of host.querySelectorAll<Marked>(`[${MARK}]`)) {
      if (!node[ORIGINAL]) node.remove();
    }
  }
}

/** The element and the hosts of all shadow roots around it, from the inside out. */
export function hostsOf(element: HTMLElement, check = false): Element[] {
  const hosts: Element[] = [element];
  for (let root = element.getRootNode(); isShadow(root); root = root.host.getRootNode()) {
    if (check && root.slotAssignment === 'manual') {
      throw configError(
        `<iotpay-checkout> can't be shown inside a shadow root with slotAssignment "manual": IOTPay's frame needs named slots.`,
      );
    }
    hosts.push(root.host);
  }
  return hosts;
}

/** A document may have members of any name: `<form name="host">`. */
function isShadow(root: Node): root is ShadowRoot {
  return root.nodeType === Node.DOCUMENT_FRAGMENT_NODE && 'host' in root;
}

/** Takes out of use, for good: whoever has kept it may put it back when another one is in its place. */
function discard(node: Marked): void {
  node.remove();
  delete node[ORIGINAL];
}

function mark<T extends Element>(node: T): T {
  node.setAttribute(MARK, '');
  (node as Marked)[ORIGINAL] = true;
  return node;
}
