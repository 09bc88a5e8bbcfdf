import type { Command } from 'commander';
import { addMembers, addPush, addStatus, addTeamExport } from './figures.ts';
import { addGateway } from './gateway.ts';
import { addCreate, addJoin, addLeave } from './joining.ts';
import { addGroups, addInvite, addPolicy, addPoolBudget, addRemove } from './people.ts';

const help = `
Off until a machine joins. What leaves it then are sums by day, project, model and agent type (with Firestore single
calls); never a text, a path or a title. docs/team.md and docs/firestore.md say more.

Examples:
  outlay team create "Our Team" --as ada --connection owner.txt   a ledger in a PostgreSQL database
  outlay team invite bob --to bob.txt                             bob's invitation, in a file
  outlay team join bob.txt                                        on bob's machine
  outlay team budget 500 --period month                           what all may spend together
  outlay team leave --delete                                      nothing of this machine stays`;

/** `outlay team` */
export function addTeam(program: Command): void {
  const group = program
    .command('team')
    .description(
      'Share what is spent with a team, in a PostgreSQL database of yours, or Firestore.',
    )
    .addHelpText('after', help);
  addCreate(group);
  addJoin(group);
  addLeave(group);
  addPush(group);
  addStatus(group);
  addMembers(group);
  addTeamExport(group);
  addInvite(group);
  addRemove(group);
  addGroups(group);
  addPolicy(group);
  addPoolBudget(group);
  addGateway(group);
}
