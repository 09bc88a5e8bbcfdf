import { Argument, type Command } from 'commander';
import { completionScript, type Shell, shells } from '../support/completion.ts';

const examples = `
Put one of these where your shell starts:
  source <(outlay completion bash)      ~/.bashrc
  source <(outlay completion zsh)       ~/.zshrc, after compinit
  outlay completion fish | source       ~/.config/fish/config.fish`;

/** `outlay completion` */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('The script that completes command lines of outlay in a shell.')
    .addArgument(new Argument('<shell>', 'which shell').choices([...shells]))
    .addHelpText('after', examples)
    .action((shell: Shell) => {
      process.stdout.write(completionScript(program, shell));
    });
}
