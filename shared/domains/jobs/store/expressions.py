"""Updates and conditions of DynamoDB, from fields and their values."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Value = str | int | Decimal | bytes | dict[str, int]


def attribute(value: Value) -> dict[str, Any]:
    """A value as DynamoDB's JSON has it."""
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, dict):
        return {"M": {name: attribute(inner) for name, inner in value.items()}}
    return {"N": str(value)} if isinstance(value, int | Decimal) else {"S": str(value)}


def item_of(fields: dict[str, Value]) -> dict[str, dict[str, Any]]:
    """An item; what is empty is absent, but for numbers that are asked for by being there."""
    return {name: attribute(value) for name, value in fields.items() if value not in ("", 0, b"")}


def number(item: dict[str, Any], name: str) -> int:
    """A whole number of an item, rounded down; 0 when it is absent."""
    return int(Decimal(item.get(name, {"N": "0"})["N"]))


@dataclass(frozen=True)
class Expected:
    """What must hold of an item for a write to be made.

    equal   name -> value; "" and 0 stand for an absent attribute; `map.key` names what a map holds
    below   name -> what the stored number must be less than; an absent one is less than any
    most    name -> what the stored number may be at most; an absent one is 0
    absent  a name that must not be there: of the key, when the item must not exist
    """

    equal: dict[str, Value] = field(default_factory=dict)
    below: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    absent: str = ""


class _Names:
    """Placeholders of an expression: names may be reserved words."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, dict[str, Any]] = {}

    def name(self, name: str) -> str:
        parts = name.split(".")
        self.names |= {f"#{part}": part for part in parts}
        return ".".join(f"#{part}" for part in parts)

    def value(self, value: Value) -> str:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = attribute(value)
        return placeholder


def _condition(expected: Expected, told: _Names) -> str:
    parts = [f"attribute_not_exists({told.name(expected.absent)})"] if expected.absent else []
    for name, value in expected.equal.items():
        known = told.name(name)
        parts.append(f"{known} = {told.value(value)}" if value not in ("", 0) else f"attribute_not_exists({known})")
    for name, bound in expected.below.items():
        known = told.name(name)
        parts.append(f"(attribute_not_exists({known}) OR {known} < {told.value(bound)})")
    for name, most in expected.most.items():
        known = told.name(name)
        within = f"{known} <= {told.value(most)}"
        parts.append(f"(attribute_not_exists({known}) OR {within})" if most >= 0 else within)
    return " AND ".join(parts)


def _arguments(table: str, told: _Names, condition: str, **more: Any) -> dict[str, Any]:
    arguments = {"TableName": table, **more}
    if condition:
        arguments |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if told.names:
        arguments["ExpressionAttributeNames"] = told.names
    if told.values:
        arguments["ExpressionAttributeValues"] = told.values
    return arguments


def put(table: str, fields: dict[str, Value], expected: Expected | None = None) -> dict[str, Any]:
    """A PutItem, or the part of a transaction that is one."""
    told = _Names()
    condition = _condition(expected or Expected(), told)
    return _arguments(table, told, condition, Item=item_of(fields))


def update(
    table: str,
    key: dict[str, str],
    fields: dict[str, Value],
    expected: Expected | None = None,
    *,
    add: dict[str, int | Decimal] | None = None,
) -> dict[str, Any]:
    """An UpdateItem that sets fields, removing those that are empty, and adds to numbers."""
    told = _Names()
    condition = _condition(expected or Expected(), told)
    sets = [f"{told.name(name)} = {told.value(value)}" for name, value in fields.items() if value not in ("", 0)]
    gone = [told.name(name) for name, value in fields.items() if value in ("", 0)]
    adds = [f"{told.name(name)} {told.value(value)}" for name, value in (add or {}).items()]
    clauses = [f"{word} {', '.join(of)}" for word, of in (("SET", sets), ("REMOVE", gone), ("ADD", adds)) if of]
    key_item = {name: attribute(value) for name, value in key.items()}
    return _arguments(table, told, condition, Key=key_item, UpdateExpression=" ".join(clauses))
