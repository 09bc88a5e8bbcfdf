import type { ReportContext } from '../../query/context.ts';
import { type RawOptions, readQuestion } from '../../query/question.ts';
import {
  readCounterfactual,
  counterfactual as whatIfReport,
} from '../../reports/spend/counterfactual.ts';

/** What the same tokens would have cost with another model. Money in nano-dollars. */
export interface WhatIf {
  readonly messages: number;
  readonly actual: number;
  readonly baselines: readonly {
    /** A family. */
    readonly name: string;
    readonly model: string;
    readonly nano: number;
    /** Above 0 where what was used is the cheaper one. */
    readonly savings: number;
    readonly leftOut: number;
  }[];
}

/** Prices a period with the newest model of every family. */
export function readWhatIf(context: ReportContext, raw: RawOptions): WhatIf {
  const question = readQuestion(whatIfReport, raw, context);
  const { found } = readCounterfactual(context, question);
  return {
    messages: found[0]?.result.messages ?? 0,
    actual: found[0]?.result.actual ?? 0,
    baselines: found.map(({ baseline, result }) => ({
      name: baseline.name,
      model: baseline.model.id,
      nano: result.baseline,
      savings: result.savings,
      leftOut: result.leftOut,
    })),
  };
}
