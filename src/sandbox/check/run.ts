import { Stage, type StageOptions } from './stage.js';
import { Flaw } from './flaw.js';
import type { Need, Trial } from './trial.js';
import { TRIALS } from './trials.js';

/** What a backend does wrong. */
export interface Finding {
  readonly trial: string;
  readonly title: string;
  /** What was seen. */
  readonly happened: string;
  /** What a shopper or the merchant would suffer. */
  readonly harm: string;
  /** The section or rule of WIRE.md. */
  readonly where: string;
}

export interface Tried {
  readonly trial: string;
  readonly title: string;
  readonly result: 'passed' | 'failed' | 'not tried';
  /** Why it was not tried. */
  readonly reason?: string;
}

export interface Report {
  readonly trials: readonly Tried[];
  readonly findings: readonly Finding[];
}

export interface CheckOptions extends StageOptions {
  /** Whether the backend saves cards. Default: false. */
  readonly add?: boolean;
  /** Ids of the trials to run. Default: all. */
  readonly only?: readonly string[];
  /** Told of each trial when it is over. */
  readonly told?: (tried: Tried) => void;
}

const REASONS: Readonly<Record<Need, string>> = {
  restart: 'needs --restart-command',
  add: 'needs --mode add',
};

/** Runs the trials, one after the other. */
export async function runCheck(options: CheckOptions): Promise<Report> {
  const stage = new Stage(options);
  const given: Readonly<Record<Need, boolean>> = { restart: !!options.restart, add: options.add ?? false };
  const trials: Tried[] = [];
  const findings: Finding[] = [];
  for (const trial of TRIALS.filter(({ id }) => options.only?.includes(id) ?? true)) {
    const { id, title, needs } = trial;
    const hopeless = findings[0]?.trial === 'plain' ? 'a plain payment does not work' : undefined;
    const reason = hopeless ?? (needs && !given[needs] ? REASONS[needs] : undefined);
    const finding = reason === undefined ? await tryOne(stage, trial) : undefined;
    if (finding) findings.push(finding);
    const tried: Tried =
      reason === undefined
        ? { trial: id, title, result: finding ? 'failed' : 'passed' }
        : { trial: id, title, result: 'not tried', reason };
    trials.push(tried);
    options.told?.(tried);
  }
  return { trials, findings };
}

async function tryOne(stage: Stage, trial: Trial): Promise<Finding | undefined> {
  stage.prepare();
  try {
    await trial.run(stage);
    return undefined;
  } catch (error) {
    const { id, title, harm, where } = trial;
    return { trial: id, title, happened: wordsOf(error), harm, where: `WIRE.md, ${where}` };
  } finally {
    stage.prepare();
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof Flaw) return error.message;
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message || error.cause.name})` : '';
  return `the trial broke off: ${error.message}${cause}`;
}
