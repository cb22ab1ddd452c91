import { css } from 'lit';

/**
 * Neutrals come from the colour of the text around the element, so that they can be seen on any page: white, cream, and
 * dark without `color-scheme`. Colours with a meaning are mixed with it, and so are light where the page is dark.
 */
export const styles = css`
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  [part='base'] {
    column-rule-color: light-dark(#fff, #000);
    position: relative;
    display: grid;
    gap: var(--iotpay-gap, 12px);
    color: var(--iotpay-text-color, inherit);
    font: var(--iotpay-font, inherit);
    line-height: 1.45;
    --_line: var(--iotpay-border-color, color-mix(in srgb, currentcolor 28%, transparent));
    --_blue: var(--iotpay-accent-color, color-mix(in srgb, #2a5bd7 70%, currentcolor));
    --_tone: var(--_blue);
    --_radius: var(--iotpay-radius, 10px);
    --_small: calc(var(--_radius) * 0.6);
    --_surface: color-mix(in srgb, currentcolor 4%, transparent);
  }
  .light {
    color-scheme: light;
  }
  .dark {
    color-scheme: dark;
  }
  [part='base'].light,
  [part='base'].dark {
    color: var(--iotpay-text-color, light-dark(#1c2430, #e9edf3));
    --_surface: light-dark(#fff, #1b222b);
  }
  [part]:focus-visible {
    outline: 3px solid var(--_blue);
    outline-offset: 2px;
  }
  .stage {
    display: grid;
  }
  .stage.own {
    min-height: var(--_height, var(--iotpay-frame-height, 420px));
  }
  .stage.own + .note {
    position: absolute;
    inset: auto 12px 12px;
  }
  .stage > * {
    grid-area: 1 / 1;
    min-width: 0;
  }
  [part='frame'] {
    visibility: hidden;
  }
  .ready [part='frame'],
  .failed [part='frame'] {
    visibility: visible;
  }
  .ready [part='frame'] {
    animation: appear 0.2s;
  }
  ::slotted([slot='iotpay-frame']) {
    display: block !important;
  }
  .succeeded .stage,
  .error .stage,
  .unknown .stage,
  .failed:not(.form) .stage {
    display: none;
  }
  [part='skeleton'] {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 8px 16px;
    align-content: start;
    padding: 8px 4px;
    animation: breathe 1.8s 2s ease-in-out infinite alternate;
    pointer-events: none;
  }
  .ready [part='skeleton'] {
    position: absolute;
    inset: 0;
    animation: leave 0.2s forwards;
  }
  i {
    height: 44px;
    box-sizing: border-box;
    border: 1px solid var(--_line);
    border-radius: var(--_small);
  }
  i:nth-child(2),
  i:last-child {
    grid-column: 1 / 3;
    margin-bottom: 8px;
  }
  i:nth-child(1),
  i:nth-child(3),
  i:nth-child(4) {
    width: 45%;
    height: 12px;
    border: 0;
    background: var(--iotpay-skeleton-color, color-mix(in srgb, currentcolor 20%, transparent));
  }
  i:nth-child(1) {
    grid-column: 1 / 3;
    width: 30%;
  }
  i:last-child {
    height: var(--iotpay-button-height, 44px);
    margin: 12px 0 0;
    border: 0;
    border-radius: var(--iotpay-button-border-radius, var(--_small));
    background: var(--iotpay-button-background-image, none)
      var(--iotpay-button-background-color, color-mix(in srgb, currentcolor 32%, transparent));
  }
  @keyframes breathe {
    to {
      opacity: 0.55;
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  @keyframes leave {
    to {
      opacity: 0;
      visibility: hidden;
    }
  }
  [role='alert'] {
    display: grid;
    gap: 4px;
  }
  p,
  ::slotted(p) {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .quiet {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce), print {
    *,
    ::before {
      animation: none !important;
    }
    .ready [part='skeleton'] {
      display: none;
    }
  }
  @media (forced-colors: active) {
    i {
      border: 1px solid !important;
    }
  }
  @media print {
    .stage,
    button {
      display: none !important;
    }
  }
`;
