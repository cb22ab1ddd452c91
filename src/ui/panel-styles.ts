import { css } from 'lit';

/** What panels, icons and buttons look like: everything that is shown around the form, or in its place. */
export const panelStyles = css`
  .panel {
    box-sizing: border-box;
    display: flex;
    gap: 12px;
    padding: var(--iotpay-padding, 14px 16px);
    border: 1px solid var(--_line);
    border-inline-start: 4px solid var(--_tone);
    border-radius: var(--_radius);
    font-size: var(--iotpay-font-size, inherit);
    background: var(--iotpay-surface-color, var(--_surface));
  }
  .words {
    flex: 1;
    min-width: 0;
    display: grid;
    gap: 4px;
    text-wrap: balance;
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
    word-break: keep-all;
    overflow-wrap: anywhere;
  }
  .number {
    display: inline-block;
    max-width: 100%;
    word-break: break-all;
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
  @media (forced-colors: active) {
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
`;
