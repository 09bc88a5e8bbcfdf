import { mix, opaque } from './colours.ts';
import type { Theme } from './themeTokens.ts';

export type { Theme } from './themeTokens.ts';

/** Reads the theme off the page. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const token = (name: string): string => {
    const value = style.getPropertyValue(`--vscode-${name}`).trim();
    // Some themes have no orange, others one that is half transparent and hard to see.
    if (name !== 'charts-orange') return value;
    return value === '' ? token('charts-yellow') : opaque(value);
  };
  const { classList } = document.body;
  const highContrast =
    classList.contains('vscode-high-contrast') || classList.contains('vscode-high-contrast-light');
  const foreground = token('foreground') || style.color;
  return {
    foreground,
    muted: token('descriptionForeground') || foreground,
    grid: highContrast
      ? token('contrastBorder') || foreground
      : mix(foreground, 0.11, token('editor-background')),
    axis: highContrast
      ? token('contrastBorder') || foreground
      : mix(foreground, 0.4, token('editor-background')),
    background: token('editor-background'),
    border: token('widget-border') || token('contrastBorder') || token('charts-lines'),
    font: token('font-family') || style.fontFamily,
    fontSize: Number.parseFloat(token('font-size')) || 13,
    highContrast,
    reducedMotion:
      classList.contains('vscode-reduce-motion') ||
      matchMedia('(prefers-reduced-motion: reduce)').matches,
    token,
  };
}

/** Calls back when the theme has changed: VS Code writes it to the page's classes and styles. */
export function onThemeChange(callback: () => void): void {
  let pending = false;
  const observer = new MutationObserver(() => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      callback();
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
