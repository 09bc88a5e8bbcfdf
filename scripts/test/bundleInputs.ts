import * as esbuild from 'esbuild';

/**
 * What esbuild reads to bundle these files, by path below `root`: each with its imports, those of
 * packages marked `external`. Nothing is written.
 */
export async function bundleInputs(
  root: string,
  entryPoints: string[],
  plugins: esbuild.Plugin[] = [],
): Promise<esbuild.Metafile['inputs']> {
  // One bundle of all: of a bundle each, most is the same files printed again.
  const stdin = {
    contents: entryPoints.map((file) => `import ${JSON.stringify(`./${file}`)};`).join('\n'),
    resolveDir: root,
  };
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    stdin,
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    logLevel: 'silent',
    plugins,
  });
  const { '<stdin>': _, ...inputs } = metafile.inputs;
  return inputs;
}
