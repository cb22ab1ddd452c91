/** A page that the element may stand in. */
export interface Host {
  readonly name: string;
  /** Style sheet of the page. */
  readonly css: string;
  readonly dir?: 'rtl';
  /** Colours as the visitor's system has them. */
  readonly forcedColors?: true;
}

/** Pages as shops have them: each has something that a component might take for granted. */
export const HOSTS: readonly Host[] = [
  { name: 'plain', css: '' },
  {
    name: 'bootstrap',
    css: `*, ::before, ::after { box-sizing: border-box; }
      body { font: 400 1rem/1.5 system-ui, sans-serif; color: #212529; background: #fff; }
      p { margin-bottom: 1rem; } button { border-radius: 0; } svg { vertical-align: middle; }
      iotpay-checkout { --iotpay-button-background-color: #0d6efd; --iotpay-radius: 6px; }`,
  },
  {
    name: 'tailwind',
    css: `*, ::before, ::after { box-sizing: border-box; margin: 0; padding: 0; border: 0 solid; }
      html { line-height: 1.5; font-family: ui-sans-serif, system-ui, sans-serif; }
      img, svg, video, iframe { display: block; vertical-align: middle; }
      button { font: inherit; background: transparent; border-radius: 0; }
      body { color: #0f172a; padding: 16px; }`,
  },
  {
    name: 'cream-serif',
    css: `body { font: 18px/1.6 Georgia, 'Times New Roman', serif; color: #4a3728; background: #fdf6e3; }
      iotpay-checkout { --iotpay-button-background-color: #8c5a2b; --iotpay-button-color: #ffffff; }`,
  },
  {
    name: 'dark-without-color-scheme',
    css: `body { font: 16px/1.5 system-ui, sans-serif; color: #e8eaed; background: #101418; }`,
  },
  {
    name: 'neon',
    css: `body { font: 16px/1.5 system-ui, sans-serif; color: #101010; background: #39ff14; }`,
  },
  { name: 'rtl', dir: 'rtl', css: `body { font: 16px/1.5 system-ui, sans-serif; }` },
  { name: 'forced-colors', forcedColors: true, css: `body { font: 16px/1.5 system-ui, sans-serif; }` },
];
