/** How bad it is: a problem loses payments or lets somebody in; a warning is worth a look. */
export type Level = 'ok' | 'warning' | 'problem';

/** One thing that was looked at. */
export interface Finding {
  readonly level: Level;
  /** What was seen, as a sentence. */
  readonly seen: string;
  /** What to do about it. */
  readonly advice?: string;
}

export const ok = (seen: string): Finding => ({ level: 'ok', seen });
export const warning = (seen: string, advice: string): Finding => ({ level: 'warning', seen, advice });
export const problem = (seen: string, advice: string): Finding => ({ level: 'problem', seen, advice });
