"""A finding for everybody in the CRM: nothing of what it is about can be read from it."""

from __future__ import annotations

from dataclasses import replace

from audit.finding import Finding
from audit.finding.outward import outward
from audit.finding.reading import READINGS

FINDING = Finding(
    id="0123456789ab",
    severity="high",
    verdict="fail",
    attribute=("ethnicity",),
    group=("Roma",),
    metric="selection_rate",
    text="Leads with ethnicity 'Roma' are selected 27 points less often than 'other' leads.",
    special_category=False,
    evidence=(("difference", -0.27),),
)


def every(**changes: object) -> set[str]:
    """What is said of each metric there is."""
    return {outward(replace(FINDING, metric=metric, **changes)) for metric in (*READINGS, "unheard_of")}


def test_the_words_depend_on_no_attribute_no_group_and_no_number():
    for metric in READINGS:
        one = replace(FINDING, metric=metric)
        other = replace(one, id="x", attribute=("age",), group=("65+",), text="Other.", evidence=())
        assert outward(one) == outward(other)
    words = " ".join(every() | every(verdict="insufficient"))
    assert not [name for name in ("ethnicity", "Roma", "27", "%", "other' leads") if name in words]
    assert not any(sign.isdigit() for sign in words)


def test_a_special_category_reads_as_a_finding_about_the_score_does():
    special, plain = every(special_category=True), every()
    assert len(special) == 1
    assert special < plain
    assert outward(replace(FINDING, metric="mean_score")) in special


def test_what_the_metric_is_about_is_said_of_others():
    assert outward(FINDING).startswith("Some leads are selected less readily than others. The audit is sure")
    contact = replace(FINDING, metric="contact_rate", verdict="insufficient")
    assert outward(contact).startswith(
        "Some leads are worked less, or later, than others. The audit holds it"
    )


def test_every_sentence_fits_a_text_field():
    assert max(len(one) for one in every() | every(verdict="insufficient")) <= 255
