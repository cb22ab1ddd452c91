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
    font-size: var(--iotpay-font-size, inherit);
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
  [part='base']:focus-visible,
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
    animation: breathe 1.8s 1s ease-in-out infinite alternate;
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
  .panel {
    box-sizing: border-box;
    display: flex;
    gap: 12px;
    padding: var(--iotpay-padding, 14px 16px);
    border: 1px solid var(--_line);
    border-inline-start: 4px solid var(--_tone);
    border-radius: var(--_radius);
    background: var(--iotpay-surface-color, var(--_surface));
  }
  .stage.own + .note {
    position: absolute;
    inset: auto 12px 12px;
  }
  .words {
    flex: 1;
    min-width: 0;
    display: grid;
    gap: 4px;
  }
  .succeeded {
    --_tone: var(--iotpay-success-color, color-mix(in srgb, #18794e 70%, currentcolor));
  }
  .failed,
  .error {
    --_tone: var(--iotpay-error-color, color-mix(in srgb, #c0322b 70%, currentcolor));
  }
  svg {
    flex: none;
    width: 24px;
    height: 24px;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  [part='icon'] {
    color: var(--_tone);
  }
  .track {
    opacity: 0.3;
  }
  .asking {
    animation: turn 1.2s linear infinite;
  }
  .tick {
    stroke-dasharray: 1;
    animation: draw 0.4s 0.15s ease-out backwards;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @keyframes draw {
    from {
      stroke-dashoffset: 1;
    }
  }
  .succeeded .panel {
    align-items: center;
    animation: settle 1.6s cubic-bezier(0.4, 0, 0.2, 1);
  }
  @keyframes settle {
    from,
    55% {
      min-height: var(--_kept, 0);
    }
    to {
      min-height: 0;
    }
  }
  [part='steps'] {
    display: flex;
    gap: 8px;
    margin: 8px 0;
    padding: 0;
    font-size: 0.9em;
    list-style: none;
  }
  li {
    flex: auto;
    position: relative;
  }
  li:last-child {
    flex: none;
  }
  li::before {
    content: '';
    display: block;
    box-sizing: border-box;
    width: 14px;
    height: 14px;
    margin-bottom: 4px;
    border: 7px solid var(--_tone);
    border-radius: 50%;
  }
  li:not(:last-child)::after {
    content: '';
    position: absolute;
    top: 6px;
    inset-inline: 20px -2px;
    border-top: 2px solid var(--_tone);
  }
  [aria-current] {
    font-weight: 600;
  }
  [aria-current]::before {
    border-width: 4px;
  }
  [aria-current]::after {
    border-top-style: dashed;
  }
  [aria-current] + li::before {
    border-width: 2px;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 12px;
    overflow-wrap: anywhere;
  }
  .facts:not(:has(*)) {
    display: none;
  }
  .order {
    display: flex;
    align-items: center;
    gap: 4px;
    min-width: 0;
  }
  b,
  .succeeded [part='message'] {
    font-weight: 600;
  }
  .asked {
    font-size: 0.9em;
    font-variant-numeric: tabular-nums;
  }
  button {
    min-height: 44px;
    min-width: 44px;
    font: inherit;
    color: inherit;
    background: transparent;
    border: 0;
    border-radius: var(--_small);
    cursor: pointer;
  }
  [part='copy'] {
    display: grid;
    place-items: center;
    padding: 0;
    margin: -8px 0;
  }
  [part='copy'] svg {
    width: 20px;
    height: 20px;
  }
  [part='actions'] > *,
  ::slotted([slot='contact']) {
    margin-top: 8px;
  }
  .again {
    padding: 8px 18px;
    font-weight: 600;
    color: var(--iotpay-retry-color, inherit);
    background: var(--iotpay-retry-background, transparent);
    border: 1px solid var(--iotpay-retry-border-color, currentcolor);
    border-radius: var(--iotpay-retry-radius, var(--_small));
  }
  .over {
    padding: 0;
    margin-bottom: -8px;
    font-size: 0.9em;
    text-align: start;
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  @media (prefers-reduced-motion: reduce) {
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
    svg {
      stroke: CanvasText;
    }
    button svg {
      stroke: ButtonText;
    }
    .again {
      border: 1px solid ButtonText;
    }
  }
  @media print {
    .stage,
    button {
      display: none !important;
    }
  }
`;
