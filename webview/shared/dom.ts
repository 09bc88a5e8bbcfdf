/** What an element may contain: text is always text. */
export type Content = Node | string;

/** Makes an element. Values become attributes and text nodes, never markup. */
export function el(
  tag: string,
  attributes: Readonly<Record<string, string | boolean>> = {},
  ...content: readonly Content[]
): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...content);
  return made;
}
