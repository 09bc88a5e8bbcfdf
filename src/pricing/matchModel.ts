/** Longer strings are no model ids, whatever they are. */
const longestId = 300;

/** A model string without what does not decide its price. */
export interface ModelName {
  /** Lower case, dashes for dots, without marker, gateway, cloud decoration; a date stays. */
  readonly name: string;
  /**
   * True for Amazon Bedrock, but for its `global` profiles: a profile of an area (`us.`, `apac.`) and
   * an id without one, which is a call within one region, are billed at the regional price.
   */
  readonly regional: boolean;
}

/** Begins the name of a model that runs on the user's own hardware, unless the price list knows it. */
const localPrefix = 'local/';

/** The price list's model whose rows hold for all of those. */
const localModel = 'local';

/** The model a string stands for. */
export interface ModelMatch {
  /** The price book's id. */
  readonly id: string;
  /** What it is called where a row holds for many models; else it goes by its id. */
  readonly name?: string;
  readonly regional: boolean;
}

/** Whether a name somebody wrote into a price list can be a model's. */
export function isModelId(written: string): boolean {
  return /^[a-z0-9][a-z0-9._:/@[\]~+-]{0,199}$/i.test(written);
}

/** Takes off a model string what gateways, clouds and Claude Code add to a model's id. */
export function normaliseModel(written: string): ModelName {
  if (written.length > longestId) return { name: written, regional: false };
  let name = written.trim().toLowerCase();
  // Claude Code marks the size of the context window, which has no price of its own.
  name = name.replace(/\[\d+[km]\]$/, '');
  name = name.replace(/^arn:aws[a-z-]*:bedrock:[^/]*:(?:inference-profile|foundation-model)\//, '');
  let regional = false;
  const bedrock =
    /^(?:([a-z]{2,6}(?:-gov)?)\.)?anthropic\.(claude-.+?)(?:-v\d+(?::[\dk:]+)?)?$/.exec(name);
  if (bedrock !== null) {
    regional = bedrock[1] !== 'global';
    name = bedrock[2] ?? name;
  } else if (name.startsWith('anthropic/')) {
    name = name.slice('anthropic/'.length);
  }
  // Vertex writes the date, or the word for its newest version, behind an at sign. Which endpoint was
  // called, global or regional, is no part of its ids.
  name = name.replace(/@(?=\d{8}$)/, '-').replace(/@default$/, '');
  return { name: name.replaceAll('.', '-'), regional };
}

/**
 * Finds the model a string stands for among normalised names. First as it is, then without a date
 * of eight digits; never by prefix or family, because a new model's id often begins with an old
 * one's and costs something else.
 *
 * Agents write models of other vendors in more ways: among `others` a name is also found behind a path
 * (`openai/`, `models/`), and before a date in three parts or `-latest`.
 *
 * A name that begins with `local/` was asked of a server on the user's own machine: a gateway there sells models at
 * their prices, and any other model costs what the list's row for local models says.
 */
export function matchModel(
  written: string,
  ids: ReadonlyMap<string, string>,
  others?: ReadonlyMap<string, string>,
): ModelMatch | undefined {
  if (written.startsWith(localPrefix)) {
    const known = matchModel(written.slice(localPrefix.length), ids, others);
    if (known !== undefined || !ids.has(localModel)) return known;
    return { id: localModel, name: written, regional: false };
  }
  const { name, regional } = normaliseModel(written);
  const id =
    ids.get(name) ?? ids.get(name.replace(/-\d{8}$/, '')) ?? (others && otherVendors(name, others));
  return id === undefined ? undefined : { id, regional };
}

function otherVendors(name: string, ids: ReadonlyMap<string, string>): string | undefined {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return (
    ids.get(last) ??
    ids.get(last.replace(/-\d{4}-\d{2}-\d{2}$/, '')) ??
    ids.get(last.replace(/-(?:\d{8}|latest)$/, ''))
  );
}
