import { isBannerMessage } from '../../../src/protocol/banner.ts';
import { button } from '../controls.ts';
import { el } from '../dom.ts';
import { icon } from '../icons.ts';
import './banner.css';
import { listen } from './host.ts';

/** Shows above the page what the host says of all of it, and ends that when its button is pressed. */
export function showBanner(root: HTMLElement, end: () => void): void {
  let shown: HTMLElement | undefined;
  listen(isBannerMessage, ({ banner }) => {
    shown?.remove();
    shown = undefined;
    if (banner === null) return;
    const { name, text } = banner;
    shown = el(
      'aside',
      { class: 'banner', 'aria-label': name.replace(/\.$/, '') },
      icon('info'),
      el('p', {}, el('strong', {}, name), ` ${text}`),
      button(banner.button, end, 'secondary'),
    );
    root.before(shown);
  });
}
