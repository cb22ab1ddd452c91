/** What `Iotpay()` takes besides the secureId and the mode; all optional (source: IOTPay, "Embedded Integration"). */
export interface IotpayOptions {
  /** Dark form. */
  darkMode?: boolean;
  /** `card` is the only theme documented; default: none. */
  theme?: string;
  /** IOTPay's own button: CSS values. */
  button?: IotpayButtonOptions;
}

/** IOTPay's button. Every value is a CSS text but `text`, which is shown as it is. */
export interface IotpayButtonOptions {
  text?: string;
  color?: string;
  backgroundColor?: string;
  backgroundImage?: string;
  boxShadow?: string;
  height?: string;
  borderRadius?: string;
}

/** What `Iotpay()` returns. Whether `mount` throws or returns a promise is not documented. */
export interface IotpayForm {
  mount(selector: string, callback: (event: unknown) => void): unknown;
}

/** The global function that IOTPay's script defines. What it returns is documented; nothing else about it is. */
export type IotpayFunction = (secureId: string, mode: 'Pay' | 'Add', options?: IotpayOptions) => unknown;
