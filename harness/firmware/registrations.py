"""The C++ statements of an image that register the operators of its model."""

from collections.abc import Mapping, Sequence

from harness.firmware.tflm_source import runtime_apis
from harness.model_file.operator_table import load_operator_table


def registration_statements(api: str, registrations: Mapping[str, str]) -> Sequence[str]:
    """Return the C++ statements that register operators under one API, from what registers each."""
    custom = load_operator_table(api).custom
    registration = runtime_apis()[api].registration
    return [
        (registration.custom if name in custom else registration.statement).format(
            operator=name, function=function
        )
        for name, function in registrations.items()
    ]


def declaration_statements(api: str, registrations: Mapping[str, str]) -> Sequence[str]:
    """Return the C++ declarations of the functions that are neither TFLM's nor ours."""
    template = runtime_apis()[api].registration.declaration
    statements = []
    for function in sorted(set(registrations.values())):
        *namespaces, name = function.split("::")
        if namespaces and namespaces[0] != "harness":
            opened = " ".join(f"namespace {namespace} {{" for namespace in namespaces)
            declaration = template.format(function=name)
            statements.append(f"{opened} {declaration} {'}' * len(namespaces)}")
    return statements
