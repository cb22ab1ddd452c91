const SCRIPTS = [
  'playground',
  'state',
  'snippets',
  'server-snippet',
  'controls',
  'code',
  'log',
  'looks',
  'contrast',
  'runs',
  'report',
];
const THEMES = ['plain', 'night', 'soft'];

/** What browsers may fetch of the playground besides its pages: path, file, type. */
export const PLAYGROUND_FILES = [
  ...SCRIPTS.map((name) => [`/assets/${name}.js`, `assets/${name}.js`, 'text/javascript']),
  ...['playground', 'stage'].map((name) => [`/assets/${name}.css`, `assets/${name}.css`, 'text/css']),
  ...THEMES.map((name) => [`/themes/${name}.css`, `../themes/${name}.css`, 'text/css']),
].map(([path = '', file = '', type = '']) => ({ path, file: new URL(file, import.meta.url), type }));
