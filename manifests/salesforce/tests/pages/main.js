import '@lwc/synthetic-shadow';
import { createElement } from 'lwc';
import ScoreCheck from 'c/scoreCheck';

const element = createElement('c-score-check', { is: ScoreCheck });
Object.assign(element, { recordId: '00Q000000000001EAA', scoreField: window.scene?.scoreField });
document.querySelector('main').appendChild(element);
