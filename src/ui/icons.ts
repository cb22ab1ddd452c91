import { html, svg, type TemplateResult } from 'lit';

/** What an icon stands for. */
type IconName = 'success' | 'refused' | 'error' | 'asking' | 'unknown' | 'slow' | 'copy' | 'copied';

/**
 * Lines on a field of 24 by 24. Each state has a shape of its own: a colour is never all that tells it. Tags are closed in
 * full: the build's minifier takes a closing slash away.
 */
const LINES: Readonly<Record<IconName, TemplateResult>> = {
  success: svg`<circle cx="12" cy="12" r="10"></circle><path class="tick" pathLength="1" d="m7 12.5 3.4 3.4L17 9"></path>`,
  refused: svg`<path d="M8.3 2.5h7.4l5.8 5.8v7.4l-5.8 5.8H8.3l-5.8-5.8V8.3zM9 9l6 6m0-6-6 6"></path>`,
  error: svg`<path d="M12 3 22 20.5H2zM12 10v4.5m0 3v.1"></path>`,
  asking: svg`<circle class="track" cx="12" cy="12" r="9.5"></circle><path d="M12 2.5a9.5 9.5 0 0 1 9.5 9.5"></path>`,
  unknown: svg`<circle cx="12" cy="12" r="10"></circle><path d="M9.2 9.3a2.9 2.9 0 1 1 4.2 2.6c-.9.4-1.4 1-1.4 1.9m0 3v.1"></path>`,
  slow: svg`<circle cx="12" cy="12" r="10"></circle><path d="M12 6.5V12l3.5 2.5"></path>`,
  copy: svg`<path d="M9 9h11v12H9zM15 6V3H4v12h2"></path>`,
  copied: svg`<path d="m5 12.5 4.5 4.5L19 7.5"></path>`,
};

/** An icon beside words that say the same: nothing for the ear. */
export function icon(name: IconName, part = 'icon'): TemplateResult {
  return html`<svg part=${part} class=${name} viewBox="0 0 24 24" aria-hidden="true">${LINES[name]}</svg>`;
}
