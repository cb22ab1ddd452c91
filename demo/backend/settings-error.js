/** A setting that is missing or wrong: told in one sentence, without a stack. */
export class SettingsError extends Error {
  name = 'SettingsError';
}
