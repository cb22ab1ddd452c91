/** What `Iotpay()` takes besides the secureId and the mode; all optional (source: IOTPay, "Embedded Integration"). */
export interface IotpayOptions {
  /** Dark form. */
  darkMode?: boolean | undefined;
  /** `card` is the only theme documented; default: none. */
  theme?: string | undefined;
  /** IOTPay's own button: CSS values. */
  button?: IotpayButtonOptions | undefined;
}

/** IOTPay's button. Every value is a CSS text but `text`, which is shown as it is. */
export interface IotpayButtonOptions {
  text?: string | undefined;
  color?: string | undefined;
  backgroundColor?: string | undefined;
  backgroundImage?: string | undefined;
  boxShadow?: string | undefined;
  height?: string | undefined;
  borderRadius?: string | undefined;
}

/** What `Iotpay()` returns. Whether `mount` throws or returns a promise is not documented. */
export interface IotpayForm {
  mount(selector: string, callback: (event: unknown) => void): unknown;
}

/** The global function that IOTPay's script defines. What it returns is documented; nothing else about it is. */
export type IotpayFunction = (secureId: string, mode: 'Pay' | 'Add', options?: IotpayOptions) => unknown;
