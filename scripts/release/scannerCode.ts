import asc from 'assemblyscript/asc';

const folder = 'src/agents/claude/scan';

/** The file with the scanner's code, from the project's root. */
export const codeFile = `${folder}/scannerCode.ts`;

/** The text of that file, as the scanner's sources below `root` are now. */
export async function scannerCode(root: string): Promise<string> {
  const options = ['-O3', '--enable', 'simd', '--noAssert', '--runtime', 'stub', '--importMemory'];
  const output = 'scanner.wasm';
  let wasm: Uint8Array | string = '';
  const args = [`${folder}/assembly/scanner.ts`, ...options, '-o', output, '--baseDir', root];
  const { error, stderr } = await asc.main(args, {
    writeFile: (name, contents) => {
      if (name === output) wasm = contents;
    },
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return `/** Made from \`assembly/scanner.ts\` by \`scripts/release/scanner.mjs\`: WebAssembly, as base64. */
export const scannerCode =
  '${Buffer.from(wasm).toString('base64')}';
`;
}
