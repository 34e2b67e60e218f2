"""The documented shapes of a receipt and of answers."""

from typing import Any

from rest_framework import serializers

s = serializers
MOST_FACTS = 50


class SubScoresOut(s.Serializer[Any]):
    fit, intent = s.IntegerField(), s.IntegerField()
    authority, timing = s.IntegerField(), s.IntegerField()


class AmountField(s.FloatField):
    """Whole points of rules stay whole; log-odds of a learned model don't."""

    def to_representation(self, value: Any) -> Any:
        return value if isinstance(value, int) else super().to_representation(value)


class LearnedOut(s.Serializer[Any]):
    """The learned model that made a score, and where its tiers begin."""

    number = s.IntegerField()
    tiers = s.DictField(child=s.IntegerField())


class ContributionOut(s.Serializer[Any]):
    group, rule, detail = s.CharField(), s.CharField(), s.CharField()
    points = AmountField()
    at = s.DateTimeField(allow_null=True)


# DRF calls a field's caption "label", so the class body may not.
ContributionOut._declared_fields["label"] = s.CharField()


class GroupOut(s.Serializer[Any]):
    points, cap, score = s.IntegerField(), s.IntegerField(), s.IntegerField()


class UnknownOut(s.Serializer[Any]):
    fact = s.CharField()
    up, down = s.IntegerField(), s.IntegerField()


UnknownOut._declared_fields["label"] = s.CharField()


class OptionOut(s.Serializer[Any]):
    value = s.JSONField()  # null too
    points = s.IntegerField()
    tier = s.CharField()


OptionOut._declared_fields["label"] = s.CharField()


class QuestionOut(s.Serializer[Any]):
    text, why, fact, criterion = s.CharField(), s.CharField(), s.CharField(), s.CharField()
    options = OptionOut(many=True)


class ItemOut(s.Serializer[Any]):
    key, by = s.CharField(), s.CharField()
    met = s.BooleanField(allow_null=True)


ItemOut._declared_fields["label"] = s.CharField()


class QualificationItemsOut(s.Serializer[Any]):
    points, of, threshold = s.IntegerField(), s.IntegerField(), s.IntegerField()
    track = s.CharField()
    items = ItemOut(many=True)


class ReceiptOut(s.Serializer[Any]):
    """A score of 0-100 and why. It equals the sum of `contributions`, clamped to 0-100, as of `as_of`;
    with a `learned` model the logistic of the sum, in per cent."""

    lead, tier, tier_label, action = s.CharField(), s.CharField(), s.CharField(), s.CharField()
    score, band, low, high, version, model = (s.IntegerField() for _ in range(6))
    total = AmountField()
    learned = LearnedOut(allow_null=True)
    sub_scores = SubScoresOut()
    groups = s.DictField(child=GroupOut())
    contributions = ContributionOut(many=True)
    unknown = UnknownOut(many=True)
    question = QuestionOut(allow_null=True)
    qualification = QualificationItemsOut()
    as_of = s.DateTimeField()
    next_change_at = s.DateTimeField(allow_null=True)


class AnswersIn(s.Serializer[Any]):
    """`answers` by criterion (null lets data decide again), `facts` by name, `declined`: what nobody will say."""

    answers = s.DictField(child=s.BooleanField(allow_null=True), default=dict)
    facts = s.DictField(child=s.JSONField(allow_null=True), default=dict)
    declined = s.ListField(child=s.CharField(max_length=54), default=list, max_length=20)

    def validate_facts(self, facts: dict[str, Any]) -> dict[str, Any]:
        if len(facts) > MOST_FACTS:
            raise s.ValidationError(f"At most {MOST_FACTS} facts at once.", code="too_many")
        return facts
