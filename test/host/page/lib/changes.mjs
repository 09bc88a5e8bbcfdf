/**
 * Changes of a page that a picture of it has to show. Each runs in the page, so that it uses nothing
 * from here, and answers with what takes the change back.
 */

/** The first of them has another class, and so another look. */
export const otherClass = ([selector, one, other]) => {
  const { classList } = document.querySelector(selector);
  classList.replace(one, other);
  return () => classList.replace(other, one);
};

/** The text of the first of them is missing. */
export const textMissing = (selector) => {
  const element = document.querySelector(selector);
  const text = element.textContent;
  element.textContent = '';
  return () => {
    element.textContent = text;
  };
};

/** The last of them that has a figure has another digit at its end. */
export const otherDigit = (selector) => {
  const figure = [...document.querySelectorAll(selector)].findLast((one) => one.textContent !== '');
  const text = figure.textContent;
  figure.textContent = text.replace(/\d$/, (digit) => (digit === '8' ? '3' : '8'));
  return () => {
    figure.textContent = text;
  };
};

/** The texts of the first two of them have changed places. */
export const textsSwapped = (selector) => {
  const [one, other] = document.querySelectorAll(selector);
  const swap = () => {
    [one.textContent, other.textContent] = [other.textContent, one.textContent];
  };
  swap();
  return swap;
};

/** In a chart there is a mark where none belongs. */
export const strayMark = (selector) => {
  const canvas = document.querySelector(selector);
  const context = canvas.getContext('2d');
  const kept = context.getImageData(0, 0, canvas.width, canvas.height);
  context.fillStyle = getComputedStyle(document.body).color;
  context.fillRect(canvas.width / 2, canvas.height / 2, 12, 12);
  return () => context.putImageData(kept, 0, 0);
};

/** What is blue in a chart is orange. */
export const otherColours = (selector) => {
  const canvas = document.querySelector(selector);
  const context = canvas.getContext('2d');
  const kept = context.getImageData(0, 0, canvas.width, canvas.height);
  const made = new ImageData(new Uint8ClampedArray(kept.data), canvas.width, canvas.height);
  for (let at = 0; at < made.data.length; at += 4) {
    [made.data[at], made.data[at + 2]] = [made.data[at + 2], made.data[at]];
  }
  context.putImageData(made, 0, 0);
  return () => context.putImageData(kept, 0, 0);
};

/** The names of the lines across a chart are missing: what stands in its last tenth. */
export const lineNamesMissing = (selector) => {
  const canvas = document.querySelector(selector);
  const context = canvas.getContext('2d');
  const kept = context.getImageData(0, 0, canvas.width, canvas.height);
  context.clearRect(canvas.width * 0.9, 0, canvas.width, canvas.height);
  return () => context.putImageData(kept, 0, 0);
};
