/** The form's look. Two themes (none, `card`), two colour schemes, from 280 px upwards. */
export const FORM_STYLE: string = `
:root {
  color-scheme: light;
  --text: #1b2430;
  --muted: #5a6675;
  --line: #c3ccd8;
  --line-strong: #7d8a9b;
  --field: #ffffff;
  --page: #ffffff;
  --panel: #ffffff;
  --note: #fff6df;
  --note-text: #6b4a00;
  --accent: #2456d6;
  --accent-text: #ffffff;
  --ring: #2456d6;
  --error: #b3261e;
  --good: #14713f;
  --shadow: 0 1px 2px rgb(20 30 50 / 0.08), 0 8px 24px rgb(20 30 50 / 0.08);
  font: 16px/1.4 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif;
}
:root.dark {
  color-scheme: dark;
  --text: #e8edf4;
  --muted: #a3b0c0;
  --line: #435062;
  --line-strong: #8290a3;
  --field: #141b25;
  --page: #1a222d;
  --panel: #212b38;
  --note: #3a2f12;
  --note-text: #ffdf94;
  --accent: #7ea4ff;
  --accent-text: #0b1526;
  --ring: #9dbaff;
  --error: #ff9d94;
  --good: #74d9a5;
  --shadow: none;
}
* { box-sizing: border-box; }
html { background: var(--page); color: var(--text); -webkit-text-size-adjust: 100%; }
body { display: flow-root; margin: 0; }
main { display: grid; gap: 12px; padding: 4px; min-width: 0; }
main > *, form > *, .row > * { min-width: 0; }
:root.card main { margin: 8px; padding: 20px; border: 1px solid var(--line); border-radius: 14px; background: var(--panel); box-shadow: var(--shadow); }
[hidden] { display: none !important; }
.note { margin: 0; padding: 8px 12px; border-radius: 8px; background: var(--note); color: var(--note-text); font-size: 13.5px; }
form { display: grid; gap: 12px; margin: 0; }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(116px, 1fr)); gap: 14px; align-items: start; }
label { display: block; margin: 0 0 5px; font-size: 14px; font-weight: 600; }
.box { position: relative; }
input { width: 100%; height: 48px; padding: 0 13px; border: 1px solid var(--line-strong); border-radius: 8px; background: var(--field); color: var(--text); font: inherit; font-variant-numeric: tabular-nums; appearance: none; }
input::placeholder { color: var(--muted); opacity: 0.85; }
input:focus { outline: 2px solid var(--ring); outline-offset: 1px; border-color: var(--ring); }
input[aria-invalid='true'] { border-color: var(--error); box-shadow: inset 0 0 0 1px var(--error); }
input:disabled, button:disabled { opacity: 0.6; cursor: default; }
#number { padding-right: 92px; letter-spacing: 0.02em; }
.brand { position: absolute; inset: 0 10px 0 auto; display: grid; align-items: center; pointer-events: none; }
.brand span { padding: 3px 8px; border-radius: 5px; background: color-mix(in srgb, var(--muted) 16%, transparent); color: var(--muted); font-size: 12px; font-weight: 650; letter-spacing: 0.01em; white-space: nowrap; }
.brand span[data-known] { background: color-mix(in srgb, var(--accent) 15%, transparent); color: var(--text); }
.error { margin: 5px 0 0; color: var(--error); font-size: 13.5px; }
.hint { margin: 5px 0 0; color: var(--muted); font-size: 13.5px; }
.error::before { content: '⚠ ' / ''; }
.pay { display: flex; align-items: center; justify-content: center; gap: 10px; width: 100%; min-height: 50px; margin: 2px 0 0; padding: 8px 16px; border: 0; border-radius: 8px; background: var(--accent); color: var(--accent-text); font: inherit; font-weight: 650; cursor: pointer; overflow-wrap: anywhere; }
.pay:hover:not(:disabled) { filter: brightness(1.07); }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
.busy .pay::before { content: ''; flex: none; width: 18px; height: 18px; border: 2.5px solid currentColor; border-right-color: transparent; border-radius: 50%; animation: turn 0.8s linear infinite; }
@keyframes turn { to { rotate: 1turn; } }
.outcome { padding: 12px 14px; border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 8px; overflow-wrap: anywhere; }
.outcome:empty { display: none; }
.outcome[data-kind='bad'] { border-left-color: var(--error); }
.outcome[data-kind='good'] { border-left-color: var(--good); }
details { border-top: 1px solid var(--line); }
summary { display: flex; align-items: center; justify-content: space-between; gap: 8px; min-height: 44px; padding: 0 2px; color: var(--muted); font-size: 14px; font-weight: 600; cursor: pointer; list-style: none; border-radius: 6px; }
summary::-webkit-details-marker { display: none; }
summary::after { content: ''; flex: none; width: 8px; height: 8px; margin-right: 4px; border: solid currentColor; border-width: 0 2px 2px 0; rotate: 45deg; translate: 0 -2px; transition: rotate 0.15s; }
details[open] summary::after { rotate: 225deg; translate: 0 2px; }
ul { max-height: 282px; margin: 0 0 4px; padding: 2px; overflow-y: auto; list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 205px), 1fr)); gap: 2px 8px; }
li button { display: grid; gap: 1px; width: 100%; min-height: 44px; padding: 5px 8px; border: 0; border-radius: 8px; background: none; color: inherit; font: inherit; font-size: 14px; text-align: start; cursor: pointer; }
li button:hover { background: color-mix(in srgb, var(--muted) 13%, transparent); }
li button span { color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation-duration: 2s !important; transition: none !important; } }
@media (forced-colors: active) { .pay { border: 1px solid ButtonText; } }
`;
