"""Labels, spans and the report that `leagueie.parse` returns. Imports nothing of the package."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

SCHEMA_VERSION = "1.0"

ENTITY_LABELS = ("ORG", "EVENT", "PROGRAM", "AWARD", "QUANTITY", "MONEY")
NUMBER_LABELS = ("QUANTITY", "MONEY")
ACTIVITY_LABELS = ("EVENT", "PROGRAM", "AWARD", "ACTION")
SPAN_LABELS = ENTITY_LABELS + ("ACTION",)


@dataclass(frozen=True, order=True)
class Span:
    """A labelled stretch of text: half-open code-point offsets, and the model's confidence in it."""

    start: int
    end: int
    label: str
    score: float = 1.0

    def to_dict(self, text: str) -> dict:
        return {"label": self.label, "text": text[self.start:self.end],
                "start": self.start, "end": self.end, "score": round(self.score, 4)}

    @classmethod
    def from_dict(cls, data: dict) -> Span:
        return cls(data["start"], data["end"], data["label"], data["score"])


@dataclass(frozen=True)
class Reading:
    """What a number says. `value` is None where the text cannot be read as a number.

    value: the number itself (percentages as written: "31.5%" is 31.5 with unit "%");
        for a range, its lower end, with the upper one in `value_max`.
    bound: "=", "<", ">", "≥", "≤", "≈" or "range".
    unit: the measure word ("场", "人次", "%"; for money the word of the currency, "元"), None when there is none.
    currency: ISO 4217 code for MONEY, otherwise None.
    rate: what a rate is counted by ("月" in 3000元/月), otherwise None.
    """

    value: int | float | None = None
    value_max: int | float | None = None
    bound: str = "="
    unit: str | None = None
    currency: str | None = None
    rate: str | None = None


@dataclass(frozen=True)
class Quantity:
    """A QUANTITY or MONEY span, its reading, and the activity that it describes (None: none found).

    `link_score` is the probability of that answer, be it an activity or none.
    """

    span: Span
    reading: Reading
    activity: Span | None = None
    link_score: float = 1.0

    def to_dict(self, text: str) -> dict:
        reading = self.reading
        return {**self.span.to_dict(text), "value": reading.value, "value_max": reading.value_max,
                "bound": reading.bound, "unit": reading.unit, "currency": reading.currency,
                "rate": reading.rate, "link_score": round(self.link_score, 4),
                "activity": self.activity.to_dict(text) if self.activity else None}

    @classmethod
    def from_dict(cls, data: dict) -> Quantity:
        reading = Reading(**{field.name: data[field.name] for field in fields(Reading)})
        activity = Span.from_dict(data["activity"]) if data["activity"] else None
        return cls(Span.from_dict(data), reading, activity, data["link_score"])


@dataclass(frozen=True)
class Report:
    """All that was read from one text. Every offset is a code-point offset into `text` as given.

    entities: spans of the six public labels, sorted by start, never overlapping.
    quantities: one for each QUANTITY and MONEY entity, in the same order.
    """

    text: str
    entities: list[Span] = field(default_factory=list)
    quantities: list[Quantity] = field(default_factory=list)

    @property
    def actions(self) -> list[Span]:
        """The unnamed activities that numbers point at, sorted by start."""
        found = {quantity.activity for quantity in self.quantities if quantity.activity}
        return sorted(span for span in found if span.label == "ACTION")

    def to_dict(self) -> dict:
        """The report as plain data; keys are stable within a major `schema_version`."""
        return {"schema_version": SCHEMA_VERSION,
                "entities": [span.to_dict(self.text) for span in self.entities],
                "quantities": [quantity.to_dict(self.text) for quantity in self.quantities]}

    @classmethod
    def from_dict(cls, text: str, data: dict) -> Report:
        """The report of `text` from what `to_dict` gave."""
        return cls(text, [Span.from_dict(entity) for entity in data["entities"]],
                   [Quantity.from_dict(quantity) for quantity in data["quantities"]])
