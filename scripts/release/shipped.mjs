/**
 * What of other people's is in the packages. Everything is bundled, so that npm knows of no dependency:
 * what is shipped is what the bundler took in.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { inRoot, root } from '../shared/paths.mjs';
import { npm } from '../shared/processes.mjs';

const require = createRequire(import.meta.url);
const readJson = async (file) => JSON.parse(await readFile(file, 'utf8'));

/** Where packages stand that have bytes in a bundle, or whose binary lies beside it: `node_modules/…`. */
export function shippedPaths(meta) {
  const inputs = Object.values(meta.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [file] : [],
    ),
  );
  const paths = inputs.flatMap(
    (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? [],
  );
  return [...new Set([...paths, 'node_modules/better-sqlite3'])].sort();
}

/** SQLite is compiled into the binaries; no registry lists it. */
function sqlite() {
  const Database = require('better-sqlite3');
  const db = new Database(':memory:');
  const version = db.prepare('SELECT sqlite_version()').pluck().get();
  db.close();
  return {
    'bom-ref': `sqlite@${version}`,
    type: 'library',
    name: 'sqlite',
    version,
    scope: 'required',
    description: 'Inside better-sqlite3',
    purl: `pkg:generic/sqlite@${version}`,
    licenses: [{ license: { id: 'blessing' } }],
  };
}

/** How npm refers to a package of the lock file. */
const refOf = (path, { version }) => `${path.split('node_modules/').at(-1)}@${version}`;

/** The bill of materials (CycloneDX): npm's own, without what is not shipped, the same for the same sources. */
export async function billOfMaterials(meta) {
  const text = await npm(['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: root,
  });
  const { serialNumber: _serial, metadata, components, ...bill } = JSON.parse(text);
  const { timestamp: _time, ...facts } = metadata;
  const { name } = await readJson(inRoot('package.json'));
  const lock = await readJson(inRoot('package-lock.json'));
  const shipped = new Set(shippedPaths(meta).map((path) => refOf(path, lock.packages[path])));
  const kept = components
    .filter((component) => shipped.has(component['bom-ref']))
    // Here they are no tools of development.
    .map(({ properties: _properties, ...component }) => ({ ...component, scope: 'required' }));
  if (kept.length !== shipped.size) throw new Error('npm does not know all that is shipped');
  const all = [...kept, sqlite()];
  const refs = new Set(all.map((component) => component['bom-ref']));
  return {
    ...bill,
    metadata: { ...facts, component: { ...facts.component, name } },
    components: all,
    dependencies: [
      { ref: facts.component['bom-ref'], dependsOn: [...refs] },
      ...bill.dependencies
        .filter(({ ref }) => refs.has(ref))
        .map(({ ref, dependsOn = [] }) => ({
          ref,
          dependsOn: dependsOn.filter((on) => refs.has(on)),
        })),
    ],
  };
}

/** A project that depends on what is shipped and nothing else, for `npm audit` to look at. */
export async function auditedProject(meta) {
  const lock = await readJson(inRoot('package-lock.json'));
  const packages = Object.fromEntries(
    shippedPaths(meta).map((path) => {
      const {
        dev: _dev,
        dependencies: _needs,
        peerDependencies: _peers,
        ...entry
      } = lock.packages[path];
      return [path, entry];
    }),
  );
  const dependencies = Object.fromEntries(
    Object.entries(packages)
      .filter(([path]) => path.lastIndexOf('node_modules/') === 0)
      .map(([path, { version }]) => [path.slice('node_modules/'.length), version]),
  );
  const head = { name: 'outlay-shipped', version: '1.0.0' };
  return {
    manifest: { ...head, private: true, dependencies },
    lock: {
      ...head,
      lockfileVersion: 3,
      requires: true,
      packages: { '': { ...head, dependencies }, ...packages },
    },
  };
}
