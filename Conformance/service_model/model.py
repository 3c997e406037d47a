"""Service models as plain data: operations, the structures of their requests and answers with
their members, and enumerations with their values.

    python -m service_model.model       (in Conformance) takes over the installed botocore's
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import botocore.session

HERE = Path(__file__).parent
KNOWN = HERE / "known.json"
SERVICES = ("dynamodb", "dynamodbstreams")

# service, then:
#   operations: name, [request, answer]: names of structures, or empty
#   structures: name, {member: name of the structure or enumeration in it, perhaps in lists and maps}
#   values: name of an enumeration, its values
Model = dict[str, dict[str, dict[str, Any]]]


def shape_inside(shape: Any) -> Any:
    """What a shape holds, below lists and maps."""
    while shape.type_name in ("list", "map"):
        shape = shape.member if shape.type_name == "list" else shape.value
    return shape


def collect(shape: Any, into: dict[str, dict[str, Any]]) -> str:
    """Adds what a shape holds; returns its name if it has anything to say."""
    shape = shape_inside(shape)
    values = list(getattr(shape, "enum", []))
    if values:
        into["values"][shape.name] = values
        return str(shape.name)
    if shape.type_name != "structure":
        return ""
    if shape.name not in into["structures"]:
        members: dict[str, str] = {}
        into["structures"][shape.name] = members
        for name, member in shape.members.items():
            members[name] = collect(member, into)
    return str(shape.name)


def installed() -> Model:
    session = botocore.session.get_session()
    found: Model = {}
    for service in SERVICES:
        model = session.get_service_model(service)
        parts: dict[str, dict[str, Any]] = {"operations": {}, "structures": {}, "values": {}}
        for name in sorted(model.operation_names):
            operation = model.operation_model(name)
            parts["operations"][name] = [
                collect(shape, parts) if shape is not None else ""
                for shape in (operation.input_shape, operation.output_shape)
            ]
        for part in ("structures", "values"):
            parts[part] = dict(sorted(parts[part].items()))
        found[service] = parts
    return found


def known() -> Model:
    read: Model = json.loads(KNOWN.read_text())["services"]
    return read


def entries(model: Model) -> Iterator[str]:
    """Everything that a model has, in words."""
    for service, parts in model.items():
        for name, shapes in parts["operations"].items():
            yield f"{service}: operation {name}({shapes[0]}) -> {shapes[1]}"
        for name, members in parts["structures"].items():
            for member, shape in members.items():
                yield f"{service}: member {name}.{member}" + (f", a {shape}" if shape else "")
        for name, values in parts["values"].items():
            for value in values:
                yield f"{service}: value {name} = {value}"


def differences(old: Model, new: Model) -> list[str]:
    before, now = list(entries(old)), list(entries(new))
    return [f"new: {entry}" for entry in now if entry not in set(before)] + [
        f"gone: {entry}" for entry in before if entry not in set(now)
    ]


def text(model: Model) -> str:
    """The form in which the model is kept: a line for each structure."""
    lines = ["{", f' "botocore": "{botocore.__version__}",', ' "services": {']
    for place, (service, parts) in enumerate(model.items()):
        lines.append(f'  "{service}": {{')
        for part, things in parts.items():
            lines.append(f'   "{part}": {{')
            lines += [f'    "{name}": {json.dumps(thing)},' for name, thing in things.items()]
            lines[-1] = lines[-1].rstrip(",")
            lines.append("   }" + ("," if part != "values" else ""))
        lines.append("  }" + ("," if place + 1 < len(model) else ""))
    return "\n".join([*lines, " }", "}"]) + "\n"


if __name__ == "__main__":
    found = installed()
    for line in differences(known() if KNOWN.exists() else {}, found):
        print(line)
    KNOWN.write_text(text(found))
