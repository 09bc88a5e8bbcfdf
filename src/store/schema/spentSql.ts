/**
 * What stands in one session (its number twice) and not in another (its number): messages `m`, or what was
 * downsampled, with these columns.
 */
export function spentSql(table: 'message' | 'thinned', columns: string): string {
  const [occurrences, key] =
    table === 'message' ? ['place', 'message'] : ['thinned_place', 'thinned'];
  return `SELECT ${columns} FROM ${table} m WHERE m.counted = 1 AND m.session = ?
      AND NOT EXISTS (SELECT 1 FROM ${occurrences} p WHERE p.${key} = m.id)
    UNION ALL
    SELECT ${columns} FROM ${occurrences} p JOIN ${table} m ON m.id = p.${key}
    WHERE p.session = ? AND m.counted = 1
      AND NOT EXISTS (SELECT 1 FROM ${occurrences} q WHERE q.${key} = m.id AND q.session = ?)`;
}
