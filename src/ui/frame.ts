import type { IotpayButtonOptions, IotpayOptions } from '../gateway/script-api.js';
import { definedIn } from './defined.js';

/** IOTPay's button, by custom property: `--iotpay-button-` and the name. */
const BUTTON_PROPERTIES = {
  color: 'color',
  backgroundColor: 'background-color',
  backgroundImage: 'background-image',
  boxShadow: 'box-shadow',
  height: 'height',
  borderRadius: 'border-radius',
} as const;

/** What the page says of IOTPay's form besides the custom properties. */
export interface FormSettings {
  readonly dark: boolean;
  readonly theme: string | undefined;
  readonly buttonText: string | undefined;
  /** Raw options: win over everything else, `button` key by key. */
  readonly options: IotpayOptions | undefined;
}

/** The options for IOTPay's form. */
export function formOptions(
  css: Pick<CSSStyleDeclaration, 'getPropertyValue'>,
  { dark, theme, buttonText, options: raw }: FormSettings,
): IotpayOptions {
  const button: IotpayButtonOptions = {};
  if (buttonText) button.text = buttonText;
  for (const [name, property] of Object.entries(BUTTON_PROPERTIES)) {
    const value = css.getPropertyValue(`--iotpay-button-${property}`).trim();
    if (value) button[name as keyof typeof BUTTON_PROPERTIES] = value;
  }
  Object.assign(button, definedIn(raw?.button));
  const options: IotpayOptions = { darkMode: dark };
  if (theme) options.theme = theme;
  Object.assign(options, definedIn(raw));
  if (Object.keys(button).length) options.button = button;
  else delete options.button;
  return options;
}

/** The height of a frame that has none of its own. */
const GIVEN_HEIGHT = 'var(--iotpay-frame-height, 420px)';

/** Frames whose title is ours, and so follows the language. */
const ownTitles = new WeakSet<HTMLIFrameElement>();

/** Whether IOTPay's script has given the frame its height. */
export function hasOwnHeight({ style }: HTMLIFrameElement): boolean {
  return style.height !== GIVEN_HEIGHT;
}

/** Gives a frame what nobody documents IOTPay's script to give it: a title, and a size where it has none. */
export function dressFrame(frame: HTMLIFrameElement, title: string): void {
  if (!frame.title || ownTitles.has(frame)) {
    ownTitles.add(frame);
    if (frame.title !== title) frame.title = title;
  }
  const { style } = frame;
  if (!style.width && !frame.hasAttribute('width')) style.width = '100%';
  if (!style.height && !frame.hasAttribute('height')) style.height = GIVEN_HEIGHT;
  // As part of a line of text it would have the line's room below it.
  if (!style.display) style.display = 'block';
  if (!style.border && !frame.hasAttribute('frameborder')) style.border = '0';
}
