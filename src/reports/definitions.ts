import { breakdown } from './breakdown.ts';
import type { ReportDefinition } from './definition.ts';

/** Every report that terminal, palette and documentation offer, in the order they list them. */
export const reportDefinitions: readonly ReportDefinition[] = [breakdown];
