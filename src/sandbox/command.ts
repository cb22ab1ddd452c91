/** A command of `npx iotpay-checkout`. */
export interface Command {
  /** What `--help` prints. */
  readonly help: string;
  /**
   * @param args - what stands behind the command's name
   * @throws Error for what was typed wrong: its message is all that is printed
   */
  run(args: readonly string[]): Promise<void>;
}
