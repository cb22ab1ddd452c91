import type { IotpayStatus } from '../checkout/status.js';

/** Puts the keyboard where the status now has something for it: the form, the button, or else what is said. */
export function placeFocus(status: IotpayStatus, base: HTMLElement, frame: HTMLElement | null): void {
  const retry = base.querySelector<HTMLElement>('[part=retry]');
  if (status === 'ready') frame?.focus();
  else if (status === 'error' && retry?.checkVisibility()) retry.focus();
  else if (status === 'idle' || status === 'loading') focusPanel(base);
  else {
    // The page may show something of its own in place of the panel.
    const panel = base.querySelector<HTMLElement>('.panel');
    focusPanel(panel?.checkVisibility() ? panel : base);
  }
}

/** Focuses what takes no focus by itself, for as long as it keeps it. */
function focusPanel(panel: HTMLElement): void {
  panel.tabIndex = -1;
  panel.addEventListener('blur', () => panel.removeAttribute('tabindex'), { once: true });
  panel.focus();
}

/**
 * Whether the keyboard is nowhere, or still where the element had it: the page or the shopper may have taken it elsewhere
 * meanwhile.
 */
export function isFocusFree(element: HTMLElement, frame: HTMLElement | null): boolean {
  const page = element.ownerDocument;
  const { activeElement } = page;
  if (!activeElement || activeElement === page.body || activeElement === frame) return true;
  const root = element.getRootNode() as Document | ShadowRoot;
  return root.activeElement === element || element.contains(activeElement);
}
