/** What is compared with its likes when anomalies are looked for. */
export const anomalyUnits = ['session', 'message', 'day'] as const;
export type AnomalyUnit = (typeof anomalyUnits)[number];
