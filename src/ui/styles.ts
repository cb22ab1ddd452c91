import { css } from 'lit';

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
    display: grid;
    gap: var(--iotpay-gap, 12px);
    color: var(--iotpay-text-color, light-dark(#1c2430, #e9edf3));
    font: var(--iotpay-font, inherit);
    line-height: 1.45;
  }
  .light {
    color-scheme: light;
  }
  .dark {
    color-scheme: dark;
  }
  .stage {
    display: grid;
  }
  .stage.own {
    min-height: var(--iotpay-frame-height, 420px);
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
  .succeeded .stage,
  .error .stage,
  .unknown .stage {
    display: none;
  }
  .skeleton {
    display: grid;
    align-content: start;
    gap: 16px;
    padding: 16px;
    border: 1px solid var(--iotpay-border-color, light-dark(#dde2e9, #3a4350));
    border-radius: var(--iotpay-radius, 10px);
  }
  .skeleton i {
    height: 44px;
    border-radius: calc(var(--iotpay-radius, 10px) * 0.6);
    background: var(--iotpay-skeleton-color, light-dark(#edf0f4, #2a323d));
    animation: breathe 1.8s ease-in-out infinite alternate;
  }
  .skeleton i:nth-child(2) {
    width: 60%;
  }
  .skeleton i:last-child {
    margin-top: 12px;
  }
  @keyframes breathe {
    to {
      opacity: 0.5;
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
  [part='status']:not(.quiet),
  [part='error'] {
    padding: 14px 16px;
    border: 1px solid var(--iotpay-border-color, light-dark(#dde2e9, #3a4350));
    border-inline-start: 4px solid var(--_accent);
    border-radius: var(--iotpay-radius, 10px);
    background: var(--iotpay-surface-color, light-dark(#fff, #1b222b));
  }
  [part='base'] {
    --_accent: var(--iotpay-accent-color, light-dark(#2a5bd7, #8fb0ff));
  }
  .succeeded {
    --_accent: var(--iotpay-success-color, light-dark(#18794e, #5fd39c));
  }
  .failed,
  .error {
    --_accent: var(--iotpay-error-color, light-dark(#c0322b, #ff958d));
  }
  [part='retry'] {
    min-height: 44px;
    min-width: 44px;
    margin-top: 12px;
    padding: 8px 18px;
    font: inherit;
    font-weight: 600;
    color: inherit;
    background: transparent;
    border: 1px solid currentcolor;
    border-radius: calc(var(--iotpay-radius, 10px) * 0.6);
    cursor: pointer;
  }
  [part='retry']:focus-visible {
    outline: 3px solid var(--iotpay-accent-color, light-dark(#2a5bd7, #8fb0ff));
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    .skeleton i {
      animation: none;
    }
  }
  @media (forced-colors: active) {
    .skeleton i {
      border: 1px solid;
    }
  }
  @media print {
    .stage,
    [part='retry'] {
      display: none;
    }
  }
`;
