import { isFirestore } from './firestore/address.ts';
import { FirestoreLedger } from './firestore/firestoreLedger.ts';
import type { LedgerPlace, TeamLedger } from './ledger.ts';
import { PostgresLedger } from './postgresLedger.ts';

/** Opens the ledger a connection string names. `what` names the string in a sentence. */
export async function openTeamLedger(
  connection: string,
  what: string,
  { folder, env, patience }: LedgerPlace,
): Promise<TeamLedger> {
  return isFirestore(connection)
    ? FirestoreLedger.open(connection, what, { folder, env, patience })
    : PostgresLedger.open(connection, what, patience);
}
