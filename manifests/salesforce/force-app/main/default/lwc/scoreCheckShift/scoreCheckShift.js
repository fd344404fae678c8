// How far a score is likely off, as a small picture: a bar from the least to the most, and a dot in it. The
// sentence beside it says the same in words, and is the picture's text.
import { LightningElement, api } from 'lwc';
import LOCALE from '@salesforce/i18n/locale';

const WIDTH = 300;
const MARGIN = 34;
const NEAR = 30;

const signed = (value) => {
    const digits = Math.abs(value) >= 9.5 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 2 };
    return new Intl.NumberFormat(LOCALE, { ...digits, roundingMode: 'halfEven', signDisplay: 'exceptZero' }).format(
        value
    );
};

export default class ScoreCheckShift extends LightningElement {
    @api shift;
    @api low;
    @api high;
    @api text;
    @api zeroLabel;

    get place() {
        const least = Math.min(0, this.low, this.shift);
        const most = Math.max(0, this.high, this.shift);
        const span = most - least || 1;
        return (value) => MARGIN + ((value - least) / span) * (WIDTH - 2 * MARGIN);
    }

    get zero() {
        return this.place(0);
    }

    get dot() {
        return this.place(this.shift);
    }

    get barStart() {
        return this.place(Math.min(this.low, this.high));
    }

    get barWidth() {
        return Math.max(2, Math.abs(this.place(this.high) - this.place(this.low)));
    }

    get barEnd() {
        return this.barStart + this.barWidth;
    }

    // The words at 0 stand on the side where there is room.
    get zeroAnchor() {
        if (this.zero < WIDTH / 3) {
            return 'start';
        }
        return this.zero > (2 * WIDTH) / 3 ? 'end' : 'middle';
    }

    get zeroTextAt() {
        return { start: 2, middle: this.zero, end: WIDTH - 2 }[this.zeroAnchor];
    }

    get lowText() {
        return signed(Math.min(this.low, this.high));
    }

    get highText() {
        return signed(Math.max(this.low, this.high));
    }

    // Where the bar is short, its two numbers would stand on each other.
    get lowTextAt() {
        return this.isShort ? this.barStart - 2 : this.barStart;
    }

    get highTextAt() {
        return this.isShort ? this.barEnd + 2 : this.barEnd;
    }

    get lowAnchor() {
        return this.isShort ? 'end' : 'middle';
    }

    get highAnchor() {
        return this.isShort ? 'start' : 'middle';
    }

    get isShort() {
        return this.barWidth < NEAR;
    }
}
