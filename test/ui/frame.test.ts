// The options for IOTPay's form.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formOptions } from '../../src/ui/frame.js';

const css = (values: Readonly<Record<string, string>>) => ({
  getPropertyValue: (name: string) => values[name] ?? '',
});

describe('formOptions', () => {
  it('lets options win, button key by key, and takes undefined and null for nothing', () => {
    const options = formOptions(css({ '--iotpay-button-color': ' red ', '--iotpay-button-height': '40px' }), {
      dark: true,
      theme: 'card',
      buttonText: 'Pay $15.00',
      options: {
        darkMode: undefined,
        theme: null,
        button: { text: undefined, color: null, height: '48px' },
      } as never,
    });
    assert.deepEqual(options, {
      darkMode: true,
      theme: 'card',
      button: { text: 'Pay $15.00', color: 'red', height: '48px' },
    });
  });

  it('has no button where nobody says anything of it', () => {
    const open = { dark: false, theme: undefined, buttonText: undefined };
    for (const options of [undefined, {}, { button: {} }, { button: { text: undefined } }] as never[])
      assert.deepEqual(formOptions(css({}), { ...open, options }), { darkMode: false });
  });
});
