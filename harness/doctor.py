"""Look for the programs that the harness drives, and install those that are missing."""

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.process import run

_PROBE_LIMIT_S = 60
_INSTALL_LIMIT_S = 1800
_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


class ProbeError(Exception):
    """What a check found wrong, in a few words."""


@dataclass(frozen=True)
class Check:
    """Something that must be there: what needs it, how it is seen, which package brings it."""

    name: str
    needed_by: str
    probe: Callable[[], str]
    """Returns the version that was found; raises ProbeError or HarnessError."""
    packages: tuple[str, ...] = ()
    """Debian packages to install; "a|b" is a where apt offers it, else b. Empty: pip brings it."""
    by_hand: tuple[str, ...] = ()
    """Commands with which a person installs it. What has some is optional."""


@dataclass(frozen=True)
class Finding:
    """What a check found: a version, or a problem."""

    check: Check
    found: str = ""
    problem: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether something that must be there is not."""
        return bool(self.problem) and not self.check.by_hand


def checks() -> tuple[Check, ...]:
    """Return all checks, in the order in which a cell needs what they look for."""
    build = "building firmware"
    return (
        Check("arm-none-eabi-gcc", build, _version_of("arm-none-eabi-gcc"), ("gcc-arm-none-eabi",)),
        Check("newlib for it", build, _newlib, ("libnewlib-arm-none-eabi",)),
        Check("libstdc++ for it", build, _libstdcxx, ("libstdc++-arm-none-eabi-newlib",)),
        Check("cmake", build, _version_of("cmake"), ("cmake",)),
        Check("ninja", build, _version_of("ninja"), ("ninja-build",)),
        Check("cargo", "bringing TFLM's source", _cargo, ("cargo-web|cargo",)),
        Check("certificates", "cargo's downloads", _certificates, ("ca-certificates",)),
        Check("git", "naming a TFLM tree's commit", _version_of("git"), ("git",)),
        Check("qemu-system-arm", "emulation", _qemu, ("qemu-system-arm",)),
        Check("host C compiler", "QEMU plugin", _host_c, ("gcc", "libc6-dev")),
        Check("host C++ compiler", "tests of kernels", _host_cxx, ("g++",)),
        Check("espeak-ng", "the task keyword", _version_of("espeak-ng"), ("espeak-ng",)),
        Check("Python packages", "everything", _python_packages),
    )


def checks_for_tests() -> tuple[Check, ...]:
    """Return the checks of what only the project's own tests need."""
    page = "tests of the report"
    return (
        Check("chromium", page, _version_of("chromium"), ("chromium",)),
        Check("chromedriver", page, _version_of("chromedriver"), ("chromium-driver",)),
        Check("strace", "tests of confinement", _version_of("strace"), ("strace",)),
    )


def optional_checks() -> tuple[Check, ...]:
    """Return the checks of what only a choice of the user's needs."""
    from harness.simulators.renode.program import INSTALL_COMMANDS

    return (Check("Renode", "--simulator renode", _renode, by_hand=INSTALL_COMMANDS),)


def examine(wanted: Iterable[Check]) -> tuple[Finding, ...]:
    """Run the probes of `wanted`, side by side, and return what each found."""
    with ThreadPoolExecutor() as pool:
        return tuple(pool.map(_find, wanted))


def missing_packages(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the names of the Debian packages that mend `findings`."""
    names: list[str] = []
    for finding in findings:
        if finding.problem:
            names += [_first_offered(choice.split("|")) for choice in finding.check.packages]
    return tuple(dict.fromkeys(names))


def remedy(finding: Finding) -> str:
    """Return the command that mends `finding`; empty where nothing must be mended."""
    if not finding.is_missing:
        return ""
    packages = missing_packages([finding])
    if not packages:
        return "pip install --force-reinstall tflm-harness"
    if shutil.which("apt-get") is None:
        return f"install what Debian calls {' '.join(packages)}"
    return f"{_sudo_prefix()}apt-get install {' '.join(packages)}"


def install(findings: Sequence[Finding], progress: Callable[[str], None]) -> None:
    """Install what mends `findings` with apt-get, calling `progress` with what is being done.

    Raises:
        HarnessError: There is no apt-get, neither root nor sudo without a password, or apt-get
            fails; the message ends with the last that it printed.
    """
    listed = " ".join(missing_packages(findings))
    if shutil.which("apt-get") is None:
        raise HarnessError(f"doctor: no apt-get here; install what Debian calls: {listed}")
    apt = [*_as_root(listed), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-q"]
    apt += ["-o", "DPkg::Lock::Timeout=120"]
    progress("apt-get update")
    _run_apt([*apt, "update"])
    # Asked again: a fresh machine knows which packages it is offered only now.
    packages = missing_packages(findings)
    progress(f"apt-get install {' '.join(packages)}")
    _run_apt([*apt, "install", "--no-install-recommends", *packages])


def _find(check: Check) -> Finding:
    try:
        return Finding(check, found=check.probe())
    except ProbeError as error:
        return Finding(check, problem=str(error))
    except HarnessError:
        return Finding(check, problem="not found")


def _as_root(packages: str) -> list[str]:
    if os.geteuid() == 0:
        return []
    by_hand = f"as root: apt-get update && apt-get install --no-install-recommends {packages}"
    if shutil.which("sudo") is None:
        raise HarnessError(f"doctor: neither root nor sudo here; run {by_hand}")
    if run(["sudo", "-n", "true"], timeout_s=_PROBE_LIMIT_S).returncode != 0:
        raise HarnessError(f"doctor: sudo asks for a password; run {by_hand}")
    return ["sudo", "-n"]


def _run_apt(command: Sequence[str]) -> None:
    done = run(command, timeout_s=_INSTALL_LIMIT_S)
    if done.returncode != 0:
        last = " / ".join(done.output.splitlines()[-3:])
        raise HarnessError(f"doctor: {command[-1]}: apt-get failed: {last}")


def _sudo_prefix() -> str:
    return "" if os.geteuid() == 0 else "sudo "


def _first_offered(packages: Sequence[str]) -> str:
    if len(packages) == 1 or shutil.which("apt-cache") is None:
        return packages[-1]
    for name in packages:
        policy = run(["apt-cache", "policy", name], timeout_s=_PROBE_LIMIT_S).stdout
        if "Candidate:" in policy and "Candidate: (none)" not in policy:
            return name
    return packages[0]


def _version_of(program: str) -> Callable[[], str]:
    return lambda: _program_version(program)


def _program_version(program: str) -> str:
    done = run([program, "--version"], timeout_s=_PROBE_LIMIT_S)
    if done.returncode != 0:
        raise ProbeError(f"'{program} --version' fails")
    numbers = re.findall(r"\d+\.\d+(?:\.\d+)*", done.stdout.partition("\n")[0])
    if not numbers:
        raise ProbeError(f"'{program} --version' names no version")
    # gcc puts the distribution's own version, in brackets, before its own.
    return str(numbers[-1] if program.endswith(("gcc", "g++", "cc", "c++")) else numbers[0])


def _newlib() -> str:
    program = '#include <math.h>\n#include <string.h>\nint main(void) { return (int)strlen(""); }\n'
    flags = ["-mcpu=cortex-m4", "-mthumb", "-nostartfiles", "-Wl,-emain"]
    _compile(["arm-none-eabi-gcc", *flags], program, "c", "its C library is missing")
    header = "#include <_newlib_version.h>\n_NEWLIB_VERSION\n"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.c"
        source.write_text(header)
        done = run(["arm-none-eabi-gcc", "-E", "-P", source], timeout_s=_PROBE_LIMIT_S)
    return done.stdout.strip().strip('"') or "found"


def _libstdcxx() -> str:
    program = "#include <algorithm>\n#include <cstdint>\nint main() { return std::max(0, 0); }\n"
    flags = ["-mcpu=cortex-m4", "-mthumb", "-nostartfiles", "-Wl,-emain"]
    _compile(["arm-none-eabi-g++", *flags], program, "c++", "its C++ headers are missing")
    return "found"


def _host_c() -> str:
    compiler = _first_program(("cc", "gcc", "clang"))
    program = '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n'
    _compile([compiler], program, "c", f"{compiler} cannot link a program")
    return f"{compiler} {_program_version(compiler)}"


def _host_cxx() -> str:
    compiler = _first_program(("c++", "g++", "clang++"))
    program = '#include <cstdint>\n#include <cstdio>\nint main() { return std::puts("") < 0; }\n'
    _compile([compiler], program, "c++", f"{compiler} cannot link a program")
    return f"{compiler} {_program_version(compiler)}"


def _compile(compiler: Sequence[str], source: str, language: str, problem: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe"
        path.write_text(source)
        command = [*compiler, "-x", language, str(path), "-o", f"{path}.out"]
        if run(command, timeout_s=_PROBE_LIMIT_S).returncode != 0:
            raise ProbeError(problem)


def _first_program(names: Iterable[str]) -> str:
    for name in names:
        if shutil.which(name) is not None:
            return name
    raise ProbeError("not found")


def _cargo() -> str:
    found = _program_version("cargo")
    oldest = (1, 68)  # the first whose registry protocol today's registry serves by default
    if tuple(int(part) for part in found.split(".")[:2]) < oldest:
        raise ProbeError(f"{found} is older than 1.68")
    return found


def _certificates() -> str:
    places = (os.environ.get("SSL_CERT_FILE", ""), *_CERTIFICATES)
    if not any(Path(place).is_file() for place in places if place):
        raise ProbeError("not found")
    return "found"


def _qemu() -> str:
    return _program_version(os.environ.get("HARNESS_QEMU") or "qemu-system-arm")


def _renode() -> str:
    from harness.simulators.renode.program import find_renode, renode_version

    try:
        return renode_version(find_renode())
    except HarnessError as error:
        # What is behind the semicolon is the remedy, which the check itself has.
        raise ProbeError(str(error).partition(";")[0].removeprefix("renode: ")) from error


def _python_packages() -> str:
    names = [re.split(r"[^A-Za-z0-9._-]", text)[0] for text in _requirements()]
    missing = []
    for name in names:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        raise ProbeError(f"missing: {', '.join(missing)}")
    return f"{len(names)} found"


def _requirements() -> list[str]:
    try:
        declared = requires("tflm-harness") or []
    except PackageNotFoundError:
        # Run from a checkout that was not installed.
        project = tomllib.loads(asset_path("pyproject.toml").read_text())["project"]
        declared = list(project["dependencies"])
    return [text for text in declared if "extra ==" not in text]
