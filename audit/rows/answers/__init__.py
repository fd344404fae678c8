"""What people answer to the check of a score: how often, whether more for one group, and who was right."""

from audit.rows.answers.answered import answered, disagreement
from audit.rows.answers.json_form import answered_record, read_answered
from audit.rows.answers.model import Answer, Answered, AnswerGap, AnswerRate, Overridden, Said, Share

__all__ = [
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
