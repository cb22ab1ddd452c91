import { readFileSync } from 'node:fs';

/** Where the form's modules are served. */
const MODULES = ['form.js', 'fields.js', 'card.js', 'session.js'] as const;

export const MODULES_PATH = '/cc/form/';

export const FORM_MODULE_PATH = `${MODULES_PATH}form.js`;

/** The browser's half of the sandbox. */
export interface PageFiles {
  /** A part of the form's page. */
  readonly optionsScript: string;
  readonly formStyle: string;
  /** What `/cc/iotpaycc.js` answers, with `SETTINGS` in place of its settings. */
  readonly clientScript: string;
  /** The form's modules, by name. */
  readonly modules: ReadonlyMap<string, string>;
}

/** Reads a file of `page/`: beside the sources, and beside the built files, whichever folder this module is built into. */
function read(name: string): string {
  try {
    return readFileSync(new URL(`../sandbox/page/${name}`, import.meta.url), 'utf8');
  } catch (error) {
    throw new Error(
      'The files of the sandbox’s card form are not beside iotpay-checkout/sandbox. Leave this package out of your bundle (external), or install it anew.',
      { cause: error },
    );
  }
}

/** @throws Error where the package is not whole */
export function readPageFiles(): PageFiles {
  return {
    optionsScript: read('options.js'),
    formStyle: read('form.css'),
    clientScript: read('iotpaycc.js'),
    modules: new Map(MODULES.map((name) => [name, read(name)])),
  };
}
