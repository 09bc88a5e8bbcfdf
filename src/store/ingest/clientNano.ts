/** The SQL for what a message or tombstone `m` cost at Claude Code's own prices. */
export const clientNano = 'coalesce(m.list_nano, m.nano)';
