import { after, before } from 'node:test';
import { PostgresServer } from '../lib/postgres.ts';
import { agreementTests } from './team/agreement.ts';
import { claimTests } from './team/claims.ts';
import { faultTests } from './team/faults.ts';
import { figureTests } from './team/figures.ts';
import { fullDiskTests } from './team/fullDisk.ts';
import { poolTests } from './team/pools.ts';
import { pushTests } from './team/pushes.ts';
import { rightsTests } from './team/rights.ts';

let server: PostgresServer;
before(async () => {
  server = await PostgresServer.start();
});
after(async () => {
  await server[Symbol.asyncDispose]();
});

rightsTests(() => server);
pushTests(() => server);
claimTests(() => server);
faultTests(() => server);
poolTests(() => server);
agreementTests(() => server);
figureTests(() => server);
fullDiskTests(() => server);
