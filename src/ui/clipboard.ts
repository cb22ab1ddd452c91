/**
 * Copies a text. Where the page may not use the Clipboard API (plain http, a frame without the permission) it is done
 * the old way.
 * @returns whether it has been copied
 */
export async function copyText(text: string, page: Document): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text, page);
  }
}

function copyByCommand(text: string, page: Document): boolean {
  let copied = false;
  const fill = (event: ClipboardEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData('text/plain', text);
    copied = true;
  };
  page.addEventListener('copy', fill, { capture: true });
  // Deprecated, and the one way there is without the API.
  page.execCommand('copy');
  page.removeEventListener('copy', fill, { capture: true });
  return copied;
}
