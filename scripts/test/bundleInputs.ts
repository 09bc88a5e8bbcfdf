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
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints,
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
  return metafile.inputs;
}
