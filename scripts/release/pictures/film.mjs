/** Frames of an animated picture: what is on the screen, a pointer, and a line that says what happens. */
import sharp from 'sharp';

/** Draws pointer and caption into the window; they take no clicks. */
const overlay = `
  const add = (id, style, html) => {
    const node = document.createElement('div');
    node.id = id;
    node.style.cssText = 'position:fixed;z-index:2147483647;pointer-events:none;' + style;
    node.append(...html);
    document.querySelector('.monaco-workbench').append(node);
  };
  const svg = (tag, attributes, ...children) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  add('film-caption', 'top:0;left:0;right:0;height:35px;display:flex;align-items:center;'
    + 'justify-content:center;font-size:14px;font-weight:600;'
    + 'background:var(--vscode-titleBar-activeBackground);color:var(--vscode-foreground)', []);
  add('film-ring', 'display:none;border:2px solid var(--vscode-charts-orange,#d18616);border-radius:6px', []);
  add('film-pointer', 'top:0;left:0;width:20px;height:20px', [
    svg('svg', { width: 20, height: 20, viewBox: '0 0 20 20' },
      svg('path', { d: 'M4 2v14l4-3.5 2.6 5.5 2.4-1.1-2.5-5.4H16z', fill: '#111', stroke: '#fff', 'stroke-width': 1.3, 'stroke-linejoin': 'round' })),
  ]);
`;

/** Takes the frames of one film, one after the other. */
export class Film {
  #page;
  #frames = [];
  #delays = [];
  #at = { x: 400, y: 300 };

  /** @param {import('@playwright/test').Page} page */
  static async begin(page) {
    const film = new Film(page);
    await page.evaluate(overlay);
    await film.#point(film.#at);
    return film;
  }

  constructor(page) {
    this.#page = page;
  }

  /** What is on the screen now stays for so many milliseconds. */
  async hold(ms) {
    const shot = await this.#page.screenshot();
    const last = this.#frames.at(-1);
    if (last?.equals(shot)) this.#delays[this.#delays.length - 1] += ms;
    else {
      this.#frames.push(shot);
      this.#delays.push(ms);
    }
  }

  /** The line above the window. */
  async say(text) {
    await this.#page.evaluate((words) => {
      document.getElementById('film-caption').textContent = words;
    }, text);
  }

  /** Draws a ring around a part of the window; none takes it away. */
  async ring(box) {
    await this.#page.evaluate((given) => {
      const { style } = document.getElementById('film-ring');
      style.display = given ? 'block' : 'none';
      if (!given) return;
      style.left = `${given.x - 3}px`;
      style.top = `${given.y - 3}px`;
      style.width = `${given.width + 2}px`;
      style.height = `${given.height + 2}px`;
    }, box);
  }

  async #point({ x, y }) {
    this.#at = { x, y };
    await this.#page.mouse.move(x, y);
    await this.#page.evaluate(
      ([left, top]) => {
        document.getElementById('film-pointer').style.transform =
          `translate(${left - 4}px, ${top - 2}px)`;
      },
      [x, y],
    );
  }

  /** Moves the pointer to the middle of a part of the window, or to `part` of its width and height. */
  async moveTo(box, part = [0.5, 0.5]) {
    const to = { x: box.x + box.width * part[0], y: box.y + box.height * part[1] };
    const from = this.#at;
    for (const step of [0.15, 0.5, 0.85]) {
      await this.#point({
        x: Math.round(from.x + (to.x - from.x) * step),
        y: Math.round(from.y + (to.y - from.y) * step),
      });
      await this.hold(70);
    }
    await this.#point(to);
    await this.hold(250);
  }

  async click() {
    await this.#page.mouse.click(this.#at.x, this.#at.y);
  }

  /** The film as a GIF: what marketplaces show. */
  async gif(width) {
    const frames = await Promise.all(
      this.#frames.map((frame) => sharp(frame).resize({ width }).png().toBuffer()),
    );
    return sharp(frames, { join: { animated: true } })
      .gif({
        delay: this.#delays,
        loop: 0,
        colours: 128,
        dither: 0,
        effort: 10,
        interFrameMaxError: 4,
      })
      .toBuffer();
  }
}
