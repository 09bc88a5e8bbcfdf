import { type Disposable, EventEmitter, lm, McpStdioServerDefinition, workspace } from 'vscode';
import { DisposableStore } from '../core/disposables.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { type AskedModel, whyNoAnswer } from './availability.ts';

/** As the manifest contributes it. */
export const mcpProviderId = 'outlay';

/** What is started. */
export interface McpServer {
  /** The terminal command's bundle. */
  readonly bundle: string;
  readonly version: string;
}

/**
 * Offers `outlay mcp` to the editor, which starts it when somebody wants it: with the editor's own runtime, on
 * this window's store, without reading transcripts, which the window does.
 */
export class McpProvider implements Disposable {
  readonly #model: AskedModel;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new EventEmitter<void>());
  #offered: string;

  constructor(model: AskedModel & Pick<SpendModel, 'onDidChange'>, server: McpServer) {
    this.#model = model;
    this.#offered = this.#state();
    // Editors made from VS Code may leave this out.
    if (typeof lm?.registerMcpServerDefinitionProvider !== 'function') return;
    this.#owned.add(model.onDidChange(() => this.#look()));
    this.#owned.add(workspace.onDidGrantWorkspaceTrust(() => this.#look()));
    this.#owned.add(
      lm.registerMcpServerDefinitionProvider(mcpProviderId, {
        onDidChangeMcpServerDefinitions: this.#changed.event,
        provideMcpServerDefinitions: () => mcpServers(model, server),
      }),
    );
  }

  /** Tells the editor when there is another server, or none any more. */
  #look(): void {
    const state = this.#state();
    if (state === this.#offered) return;
    this.#offered = state;
    this.#changed.fire();
  }

  #state(): string {
    return isOffered(this.#model) ? this.#model.storeFile : '';
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** The server, or none where agents are not answered, or somebody wants none. */
export function mcpServers(
  model: AskedModel,
  { bundle, version }: McpServer,
): McpStdioServerDefinition[] {
  if (!isOffered(model)) return [];
  const args = [bundle, 'mcp', '--no-index', '--store', model.storeFile];
  const env = { ELECTRON_RUN_AS_NODE: '1' };
  return [new McpStdioServerDefinition('Outlay', process.execPath, args, env, version)];
}

function isOffered(model: AskedModel): boolean {
  return model.spend.settings.mcpServer && whyNoAnswer(model) === undefined;
}
