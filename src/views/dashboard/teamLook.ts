import { EventEmitter } from 'vscode';
import { TeamAsking } from '../../analysisThread/teamAsking.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import type { TeamShown } from '../../panels/parts/teamFigures.ts';
import type { SpendModel } from '../core/spendModel.ts';

/** Asks the team's ledger behind what this window's dashboard shows, on the thread team pushes run on. */
export class TeamLook {
  readonly #changed = new EventEmitter<void>();
  /** There is an answer, or it is known why not. */
  readonly onDidChange = this.#changed.event;
  #asking: TeamAsking | undefined;

  /** Somebody looks at these figures; undefined where no team was joined. */
  look(model: Pick<SpendModel, 'storeFile' | 'slowAnalysis'>, team: TeamShown | undefined): void {
    if (team === undefined) return;
    this.#asking ??= new TeamAsking({
      thread: model.slowAnalysis,
      onAnswer: () => this.#changed.fire(),
    });
    this.#asking.look({ storeFile: model.storeFile, dataFolder: dataFolder() }, team);
  }
}
