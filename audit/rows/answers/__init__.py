"""What people answer to the check of a score: how often, whether more for one group, and who was right."""

from audit.rows.answers.answered import answered, disagreement
from audit.rows.answers.json_form import answered_record, read_answered
from audit.rows.answers.model import Answer, Answered, AnswerGap, AnswerRate, Overridden, Said, Share
from audit.rows.answers.shares import FEWEST_PEOPLE

__all__ = [
    "FEWEST_PEOPLE",
    "Answer",
    "AnswerGap",
    "AnswerRate",
    "Answered",
    "Overridden",
    "Said",
    "Share",
    "answered",
    "answered_record",
    "disagreement",
    "read_answered",
]
