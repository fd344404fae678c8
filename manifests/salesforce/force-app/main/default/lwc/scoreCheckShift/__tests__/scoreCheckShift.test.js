import { createElement } from 'lwc';
import ScoreCheckShift from 'c/scoreCheckShift';

const shown = (shift, low, high) => {
    const element = createElement('c-score-check-shift', { is: ScoreCheckShift });
    Object.assign(element, { shift, low, high, text: 'May be too low.', zeroLabel: 'score as it is' });
    document.body.appendChild(element);
    return element.shadowRoot;
};
const number = (shadow, selector, name) => Number(shadow.querySelector(selector).getAttribute(name));

afterEach(() => {
    document.body.replaceChildren();
});

describe('c-score-check-shift', () => {
    it('says in words what it shows', async () => {
        const shadow = shown(15, 11, 19);
        const picture = shadow.querySelector('svg');
        expect([picture.getAttribute('role'), picture.getAttribute('aria-label')]).toEqual(['img', 'May be too low.']);
        await expect(shadow.host).toBeAccessible();
    });

    it.each([
        [15, 11, 19],
        [-15, -19, -11],
        [3, -2, 8],
        [0.15, 0.1, 0.2],
        [40, 39.9, 40.1],
        [-1200, -90000, -5]
    ])('draws %p from %p to %p in order and inside the picture', (shift, low, high) => {
        const shadow = shown(shift, low, high);
        const zero = number(shadow, '.zero', 'x1');
        const dot = number(shadow, '.dot', 'cx');
        const start = number(shadow, '.bar', 'x');
        const end = start + number(shadow, '.bar', 'width');
        expect(start).toBeLessThanOrEqual(dot);
        expect(dot).toBeLessThanOrEqual(end);
        expect(Math.sign(dot - zero)).toBe(Math.sign(shift));
        expect(Math.min(zero, start)).toBeGreaterThanOrEqual(0);
        expect(Math.max(zero, end)).toBeLessThanOrEqual(300);
    });

    it('writes the ends with their sign', () => {
        const texts = [...shown(-15.3, -19.4, -11.2).querySelectorAll('text')].map((one) => one.textContent);
        expect(texts).toEqual(['score as it is', '-19', '-11']);
    });
});
