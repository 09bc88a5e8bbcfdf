import { isObject, protocolVersion } from './shared.ts';

/** What stands above every panel while the figures are those of the demo. */
export interface Banner {
  /** What it is, in a word that stands out. */
  readonly name: string;
  readonly text: string;
  /** What ends it. */
  readonly button: string;
}

/** Tells a page to show a banner, or that there is none. */
export interface BannerMessage {
  readonly type: 'banner';
  readonly v: number;
  readonly banner: Banner | null;
}

export function isBannerMessage(value: unknown): value is BannerMessage {
  if (!isObject(value) || value.v !== protocolVersion || value.type !== 'banner') return false;
  const { banner } = value;
  return (
    banner === null ||
    (isObject(banner) &&
      [banner.name, banner.text, banner.button].every((text) => typeof text === 'string'))
  );
}
