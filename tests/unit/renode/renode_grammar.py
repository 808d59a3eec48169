"""Renode's monitor scripts as its sources describe them: what may stand in one, in which order.

Written from Renode's documentation and sources, never from what the harness writes. They were read
in the public repositories renode/renode (R) and renode/renode-infrastructure (I):
- tokens: I src/Emulator/Extensions/UserInterface/Tokenizer/Tokenizer.cs at 041958b4
- `$ORIGIN`: I .../UserInterface/Monitor.cs at 0814e901 (TryExecuteScript, Tokenize)
- commands: the file named beside each in `COMMANDS`
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


class GrammarError(Exception):
    """What Renode would not understand, or would understand as something else."""


@dataclass(frozen=True)
class Token:
    """One word of a command: a kind and its value."""

    kind: str
    value: str


_TOKENS: Sequence[tuple[str, str]] = (
    ("comment", r"[#:].*"),
    ("execution", r"`[^`]*`"),
    ("variable", r"\$[A-Za-z0-9_.]+"),
    ("multiline", r'"""'),
    ("string", r'"[^"\\]*(?:\\.[^"\\]*)*"'),
    ("string", r"'[^'\\]*(?:\\.[^'\\]*)*'"),
    ("path", r"@(?:\\ |[^\s;])+"),
    ("hex", r"0x[0-9A-Fa-f]+"),
    ("float", r"[+-]?\d+\.\d*"),
    ("integer", r"[+-]?\d+"),
    ("boolean", r"(?i:true|false)"),
    ("split", r";"),
    ("literal", r"[\w.?-]+"),
    ("space", r"\s+"),
)


def tokenize(line: str, origin: str = "/origin") -> list[Token]:
    """Return the tokens of one line; `$ORIGIN` before an unknown character is the script's folder.

    Raises:
        GrammarError: The monitor would say that it could not tokenize the line.
    """
    tokens: list[Token] = []
    rest = line
    while rest:
        kind, word = _first(rest)
        if not kind and tokens and tokens[-1] == Token("variable", "$ORIGIN"):
            before = line[: -len(rest)].removesuffix("$ORIGIN")
            return tokenize(f"{before}@{origin}{rest}", origin)
        if not kind:
            raise GrammarError(f"could not tokenize here: {rest!r} in {line!r}")
        if kind != "space":
            tokens.append(Token(kind, word))
        rest = rest[len(word) :]
    return tokens


def _first(text: str) -> tuple[str, str]:
    for kind, pattern in _TOKENS:
        match = re.match(pattern, text)
        if match is not None:
            return kind, match[0]
    return "", ""


@dataclass(frozen=True)
class Command:
    """One command of a script: its name and its arguments."""

    name: str
    arguments: tuple[str, ...]


@dataclass
class Parsed:
    """A script: its commands, and what they say."""

    commands: list[Command] = field(default_factory=list)
    hooks: list[tuple[int, str]] = field(default_factory=list)

    def only(self, name: str) -> Command:
        (command,) = [one for one in self.commands if one.name == name]
        return command

    def all(self, name: str) -> list[Command]:
        return [one for one in self.commands if one.name == name]


def _number(token: Token, most: int = 0xFFFF_FFFF) -> None:
    if token.kind not in {"hex", "integer"} or not 0 <= int(token.value, 0) <= most:
        raise GrammarError(f"{token.value!r} is no number up to {most:#x}")


def _even(token: Token) -> None:
    _number(token)
    if token.kind != "hex" or int(token.value, 0) % 2:
        raise GrammarError(f"{token.value!r}: a hook's address is even, and has no Thumb bit")


def _byte(token: Token) -> None:
    _number(token, 0xFF)


def _level(token: Token) -> None:
    if token.value not in {"-1", "0", "1", "2", "3"}:
        raise GrammarError(f"{token.value!r} is no level of the log")


def _positive(token: Token) -> None:
    _number(token)
    if int(token.value, 0) == 0:
        raise GrammarError("must be above 0")


def _true(token: Token) -> None:
    if token.kind != "boolean" or token.value != "true":
        raise GrammarError(f"{token.value!r} is not true")


def _name(token: Token) -> None:
    if token.kind != "string" or not re.fullmatch(r'"[A-Za-z][A-Za-z0-9_-]*"', token.value):
        raise GrammarError(f"{token.value!r} is no name of a machine")


def _time(token: Token) -> None:
    """I src/Emulator/Main/Time/TimeInterval.cs: [[hours:]minutes:]seconds[.decimals]."""
    form = r'"(?:(?:\d+:)?\d+:)?\d+(?:\.\d{1,6})?"'
    if token.kind != "string" or not re.fullmatch(form, token.value):
        raise GrammarError(f"{token.value!r} is no time of whole microseconds")
    if not re.search("[1-9]", token.value):
        raise GrammarError("no time at all")


def _path(token: Token) -> None:
    """In the script's folder, by a plain name: else the folder could not be moved."""
    if token.kind != "path" or not re.fullmatch(r"@/origin/[A-Za-z0-9_]+\.[a-z]+", token.value):
        raise GrammarError(f"{token.value!r} is no file beside the script")


_PYTHON_NAMES = {"machine", "self", "cpu", "pc", "ord", "chr", "c"}
_PYTHON_ATTRIBUTES = {"SystemBus", "WriteDoubleWord", "ExecutedInstructions", "IsHalted", "format"}


def _python(token: Token) -> None:
    """A hook's text: one line of Python 2 and 3 alike, of the names that a hook has.

    I src/Emulator/Extensions/Hooks/BlockPythonEngine.cs sets machine, cpu, self and pc.
    """
    if token.kind != "string" or token.value[0] != '"' or "\\" in token.value:
        raise GrammarError(f"{token.value!r} is no plain string")
    for node in ast.walk(ast.parse(token.value[1:-1])):
        if isinstance(node, ast.Name) and node.id not in _PYTHON_NAMES:
            raise GrammarError(f"hook: the name {node.id!r} means nothing in one")
        if isinstance(node, ast.Attribute) and node.attr not in _PYTHON_ATTRIBUTES:
            raise GrammarError(f"hook: {node.attr!r} is not known")


_UART = r"sysbus\.[A-Za-z][A-Za-z0-9_]*"
_COMMANDS: Mapping[str, Sequence[Callable[[Token], None]]] = {
    "logLevel": (_level,),  # I .../Commands/LogLevelCommand.cs at 041958b4
    "mach create": (_name,),  # I .../Commands/MachCommand.cs
    "machine LoadPlatformDescription": (_path,),  # R .../PlatformDescriptionMachineExtensions.cs
    "sysbus LoadELF": (_path,),  # I .../FileLoaderExtensions.cs: segments at physical addresses
    "sysbus LoadBinary": (_path, _number),  # the same file
    "sysbus.cpu VectorTableOffset": (_number,),  # I Cores/Arm-M/CortexM.cs
    "sysbus.cpu PerformanceInMips": (_positive,),  # I .../CPU/BaseCPU.cs at 8377b99a
    "UART CreateFileBackend": (_path, _true),  # I .../UartFileBackendExtensions.cs; true: flush
    "sysbus.cpu AddHook": (_even, _python),  # I .../CpuHooksExtensions.cs
    "emulation SetGlobalAdvanceImmediately": (_true,),  # I .../MonitorTimeExtensions.cs
    "emulation SetGlobalSerialExecution": (_true,),
    "emulation SetGlobalQuantum": (_time,),
    "emulation RunFor": (_time,),  # I src/Emulator/Main/Time/MasterTimeSource.cs
    "sysbus WriteDoubleWord": (_number, _byte),  # I .../Bus/SystemBus.cs
}
_BEFORE: Mapping[str, str] = {
    "machine LoadPlatformDescription": "mach create",
    "sysbus LoadELF": "machine LoadPlatformDescription",
    "sysbus LoadBinary": "sysbus LoadELF",
    "sysbus.cpu VectorTableOffset": "sysbus LoadELF",
    "sysbus.cpu PerformanceInMips": "machine LoadPlatformDescription",
    "UART CreateFileBackend": "machine LoadPlatformDescription",
    "sysbus.cpu AddHook": "machine LoadPlatformDescription",
    "emulation SetGlobalAdvanceImmediately": "machine LoadPlatformDescription",
    "emulation SetGlobalSerialExecution": "machine LoadPlatformDescription",
    "emulation SetGlobalQuantum": "machine LoadPlatformDescription",
}
_MANY = {"sysbus.cpu AddHook", "UART CreateFileBackend"}
_LAST = ["emulation RunFor", "sysbus WriteDoubleWord"]


def parse_script(text: str) -> Parsed:
    """Return what a script says.

    Raises:
        GrammarError: Renode would refuse it, or it does not do all that a run needs, in an order
            in which it can.
    """
    if '"""' in text or "\r" in text or not text.endswith("\n") or not text.isascii():
        raise GrammarError("multi-line strings, carriage returns or other characters than ASCII")
    parsed = Parsed()
    for line in text.splitlines():
        tokens = [one for one in tokenize(line) if one.kind != "comment"]
        if tokens:
            _add(parsed, tokens)
    names = [one.name for one in parsed.commands]
    missing = [one for one in _COMMANDS if one not in names]
    if missing or names[-2:] != _LAST:
        raise GrammarError(f"not all that a run needs: {missing}, at the end {names[-2:]}")
    return parsed


def _add(parsed: Parsed, tokens: Sequence[Token]) -> None:
    words = [one.value for one in tokens if one.kind == "literal"]
    if any(one.kind in {"split", "execution", "multiline", "variable"} for one in tokens):
        raise GrammarError(f"more than one command in a line: {tokens}")
    uart = len(words) > 1 and words[1] == "CreateFileBackend" and re.fullmatch(_UART, words[0])
    name = "UART CreateFileBackend" if uart else " ".join(words)
    if name not in _COMMANDS:
        raise GrammarError(f"no such command or device: {name!r}")
    arguments = [one for one in tokens if one.kind != "literal"]
    if len(arguments) != len(_COMMANDS[name]) or tokens[: len(words)] != [
        Token("literal", word) for word in words
    ]:
        raise GrammarError(f"bad parameters for command {name}: {arguments}")
    for check, argument in zip(_COMMANDS[name], arguments, strict=True):
        check(argument)
    before = [one.name for one in parsed.commands]
    if name in before and name not in _MANY:
        raise GrammarError(f"{name} twice")
    if _BEFORE.get(name, name) not in [*before, name] or (
        name in _BEFORE and _BEFORE[name] not in before
    ):
        raise GrammarError(f"{name} before {_BEFORE[name]}")
    if "emulation RunFor" in before and name != "sysbus WriteDoubleWord":
        raise GrammarError(f"{name} after the run")
    values = tuple(one.value for one in arguments)
    parsed.commands.append(Command(name, (words[0], *values) if uart else values))
    if name == "sysbus.cpu AddHook":
        parsed.hooks.append((int(values[0], 16), values[1][1:-1]))
