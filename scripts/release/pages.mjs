/** The pages that marketplaces show: in a package their links lead to the repository's page in the web. */
import { webAddress } from './manifest.ts';

const isPicture = /\.(png|gif|svg)$/;

/** Inside the parentheses of Markdown, and the attributes of HTML that hold an address. */
const targets = /(\]\(|\b(?:src|srcset|href)=")([^)"\s]+)/g;

/**
 * A page with whole addresses instead of paths of the repository. They name the version's tag: what a
 * package shows stays as it was when it was published.
 * @param {string} markdown
 * @param {{ repository: { url: string }, version: string }} manifest
 */
export function absoluteLinks(markdown, manifest) {
  const page = webAddress(manifest);
  return markdown.replaceAll(targets, (whole, before, target) => {
    if (/^([a-z]+:|#)/.test(target)) return whole;
    const kind = isPicture.test(target) ? 'raw' : 'blob';
    return `${before}${page}/${kind}/v${manifest.version}/${target}`;
  });
}
