// @ts-check
'use strict';
// IOTPay's options, which stand behind the # of the frame's address. This is a part of the page itself, so that the form
// is never painted without them.
{
  /** IOTPay's options for its button, and the CSS properties that they are. */
  const BUTTON_STYLES = /** @type {const} */ ({
    color: 'color',
    backgroundColor: 'background-color',
    backgroundImage: 'background-image',
    boxShadow: 'box-shadow',
    height: 'height',
    borderRadius: 'border-radius',
  });

  /** @returns {Record<string, unknown>} */
  function readOptions() {
    if (!location.hash) return {};
    try {
      return JSON.parse(decodeURIComponent(location.hash.slice(1))) ?? {};
    } catch (error) {
      console.warn('IOTPay (simulated): the options are no JSON.', error);
      return {};
    }
  }

  /**
   * @param {HTMLElement} button
   * @param {Record<string, unknown>} style
   */
  function applyTo(button, style) {
    for (const [name, property] of Object.entries(BUTTON_STYLES)) {
      const value = style[name];
      // Taken as the value of this property or not at all: never as part of a rule.
      if (typeof value === 'string') button.style.setProperty(property, value);
    }
    if (typeof style.text === 'string' && style.text.trim()) button.textContent = style.text;
  }

  const { darkMode, theme, button: style } = readOptions();
  const button = document.querySelector('button[type=submit]');
  document.documentElement.classList.toggle('dark', darkMode === true);
  document.documentElement.classList.toggle('card', theme === 'card');
  if (button instanceof HTMLElement && typeof style === 'object' && style) {
    applyTo(button, /** @type {Record<string, unknown>} */ (style));
  }
}
