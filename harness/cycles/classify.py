"""What kind of work an instruction is, by its mnemonic: the rows of a core's timing table."""

import re
from typing import Literal, get_args

TimingClass = Literal[
    "alu",
    "alu_simple",
    "alu_shifted",
    "alu_dsp",
    "multiply",
    "multiply_accumulate",
    "multiply_long",
    "multiply_accumulate_long",
    "divide",
    "load",
    "load_narrow",
    "load_double",
    "load_multiple",
    "store",
    "store_register_offset",
    "store_double",
    "store_multiple",
    "branch",
    "table_branch",
    "loop_start",
    "loop_end",
    "it",
    "nop",
    "system",
    "barrier",
    "exception",
    "fp_add",
    "fp_multiply",
    "fp_multiply_accumulate",
    "fp_divide",
    "fp_move",
    "fp_transfer",
    "fp_transfer_double",
    "fp_load",
    "fp_load_double",
    "fp_load_multiple",
    "fp_store",
    "fp_store_double",
    "fp_store_multiple",
    "fp64_add",
    "fp64_multiply",
    "fp64_multiply_accumulate",
    "fp64_divide",
    "mve_load",
    "mve_store",
    "mve_integer",
    "mve_multiply",
    "mve_system",
    "unknown",
]
"""The kinds of work that a timing table tells apart.

`alu_simple` is a move, an extension or an addition of a constant, which Cortex-M55 can issue
beside another instruction; `load_narrow` loads a byte or halfword; `system` reads or writes a
special register; `exception` leaves the program (SVC, BKPT, UDF, WFI). `mve_multiply` is the
vector pipe for products and floating point, `mve_integer` the one for the rest.
"""

TIMING_CLASSES: tuple[TimingClass, ...] = get_args(TimingClass)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONDITIONS = _names("eq ne hs cs lo cc mi pl vs vc hi ls ge lt gt le")

_SIMPLE = _names("mov uxtb uxth sxtb sxth")
_ALU = _SIMPLE | _names(
    "adc add addw adr and asr bfc bfi bic clz cmn cmp eor lsl lsr movw movt mvn orn orr rbit rev "
    "rev16 revsh ror rrx rsb sbc sbfx sub subw teq tst ubfx csel csinc csinv csneg cset csetm "
    "cinc cinv cneg asrl lsll lsrl neg"
)
_COMPARE = _names("cmp cmn tst teq")
_EXACT: dict[str, TimingClass] = {
    **dict.fromkeys(_ALU, "alu"),
    **dict.fromkeys(("mla", "mls", "usada8"), "multiply_accumulate"),
    **dict.fromkeys(("smull", "umull"), "multiply_long"),
    **dict.fromkeys(("sdiv", "udiv"), "divide"),
    **dict.fromkeys(("ldr", "ldrt", "ldrex", "lda", "ldaex"), "load"),
    **dict.fromkeys(("ldrd", "ldrexd"), "load_double"),
    **dict.fromkeys(("str", "strt", "strb", "strh", "strbt", "strht", "stl", "stlb"), "store"),
    **dict.fromkeys(("strex", "strexb", "strexh", "stlex", "stlh"), "store"),
    **dict.fromkeys(("strd", "strexd"), "store_double"),
    **dict.fromkeys(("ldm", "ldmia", "ldmdb", "pop"), "load_multiple"),
    **dict.fromkeys(("stm", "stmia", "stmdb", "push"), "store_multiple"),
    **dict.fromkeys(("b", "bl", "bx", "blx", "bxns", "blxns", "cbz", "cbnz"), "branch"),
    **dict.fromkeys(("tbb", "tbh"), "table_branch"),
    **dict.fromkeys(("nop", "yield", "sev", "pld", "pldw", "pli", "csdb"), "nop"),
    **dict.fromkeys(("mrs", "msr", "cps", "cpsid", "cpsie", "clrex", "clrm"), "system"),
    **dict.fromkeys(("dmb", "dsb", "isb", "sb"), "barrier"),
    **dict.fromkeys(("svc", "bkpt", "udf", "udf.w", "wfi", "wfe", "sg", "hlt"), "exception"),
    "mul": "multiply",
    "sel": "alu_dsp",
}
_PATTERNS: tuple[tuple[re.Pattern[str], TimingClass], ...] = (
    (re.compile(r"it[te]{0,3}"), "it"),
    (re.compile(r"(ldr|lda)(ex)?s?[bh]t?"), "load_narrow"),
    (re.compile(r"[su]mlal(d|dx|[bt]{2})?|umaal|smlsldx?"), "multiply_accumulate_long"),
    (re.compile(r"smm?ml[as]r?|sml[as]dx?|smla([bt]{2}|w[bt])|smm?l[as]r?"), "multiply_accumulate"),
    (re.compile(r"smmulr?|smul([bt]{2}|w[bt])|smu[as]dx?"), "multiply"),
    (re.compile(r"(s|u|q|sh|uh|uq)(add|sub)(8|16)|(s|u|q|sh|uh|uq)(asx|sax)"), "alu_dsp"),
    (re.compile(r"qd?(add|sub)|[su]sat(16)?|usad8|pkh(bt|tb)"), "alu_dsp"),
    (re.compile(r"[su]xta(b|h|b16)|[su]xtb16"), "alu_dsp"),
)
_FLOATING_POINT: tuple[tuple[re.Pattern[str], TimingClass, TimingClass], ...] = (
    (re.compile(r"vldr"), "fp_load", "fp_load_double"),
    (re.compile(r"vstr"), "fp_store", "fp_store_double"),
    (re.compile(r"vldm\w*|vpop|vlldm"), "fp_load_multiple", "fp_load_multiple"),
    (re.compile(r"vstm\w*|vpush|vlstm"), "fp_store_multiple", "fp_store_multiple"),
    (re.compile(r"vmrs|vmsr"), "fp_transfer", "fp_transfer"),
    (re.compile(r"vdiv|vsqrt"), "fp_divide", "fp64_divide"),
    (re.compile(r"vn?mul"), "fp_multiply", "fp64_multiply"),
    (
        re.compile(r"vn?ml[as]|vfn?m[as]"),
        "fp_multiply_accumulate",
        "fp64_multiply_accumulate",
    ),
    (re.compile(r"vadd|vsub|vcvt\w*|vrint\w*|vjcvt"), "fp_add", "fp64_add"),
    (re.compile(r"vcmpe?|vabs|vneg|vsel\w*|v(max|min)nm|vins|vmovx"), "fp_move", "fp_move"),
)
_VECTOR_PRODUCT = re.compile(r"v(q|r)*d?(ml|mul|fm|cm)\w*|vadd[l]?v\w*|vcmp|vcvt\w*|vrint\w*")
_VECTOR_SYSTEM = re.compile(r"vpst\w*|vpt\w*|vpnot|vctp|vpsel")


def sets_flags(base: str) -> bool:
    """Say whether the mnemonic `base`, without condition and width, sets the condition flags."""
    return base in _COMPARE or (base.endswith("s") and base[:-1] in _ALU | {"mul"})


def base_mnemonic(mnemonic: str, predicated: bool) -> str:
    """Return `mnemonic` without width, data type and condition: "addeq.w" is "add" inside IT.

    Outside an IT block only branches carry a condition.
    """
    base = mnemonic.split(".", 1)[0]
    if base[-2:] in CONDITIONS and (predicated or (len(base) == 3 and base[0] == "b")):  # noqa: PLR2004
        return base[:-2]
    return base


def classify(base: str, types: str, operands: str) -> TimingClass:
    """Return the timing class of an instruction that was decoded.

    `base` is from `base_mnemonic`; `types` is what follows the first point of the mnemonic, such
    as "f32"; `operands` are as capstone writes them.
    """
    if base[0] == "v":
        return _floating_point_or_vector(base, types, operands)
    if base in ("ldc", "ldcl", "stc", "stcl"):
        return "mve_load" if base[0] == "l" else "mve_store"
    plain = base[:-1] if sets_flags(base) and base not in _COMPARE else base
    kind = _integer(plain)
    if kind == "alu":
        return _arithmetic(plain, operands)
    return "store_register_offset" if kind == "store" and _register_offset(operands) else kind


def _integer(plain: str) -> TimingClass:
    if plain in _EXACT:
        return _EXACT[plain]
    for form, kind in _PATTERNS:
        if form.fullmatch(plain):
            return kind
    return "unknown"


def _arithmetic(plain: str, operands: str) -> TimingClass:
    if re.search(r"(lsl|lsr|asr|ror|rrx)", operands):
        return "alu_shifted"
    if plain in _SIMPLE or (plain in ("add", "sub") and "#" in operands):
        return "alu_simple"
    return "alu"


def _register_offset(operands: str) -> bool:
    inside = operands.partition("[")[2].partition("]")[0]
    return "," in inside and "#" not in inside.split(",")[1]


def _floating_point_or_vector(base: str, types: str, operands: str) -> TimingClass:
    if re.search(r"\bq\d", operands) or _VECTOR_SYSTEM.fullmatch(base):
        return _vector(base, types, operands)
    double = bool(re.search(r"\bd\d", operands))
    if base == "vmov":
        core = len(re.findall(r"\b(?:r\d+|sb|sl|fp|ip|sp|lr)\b", operands))
        transfers: tuple[TimingClass, ...] = ("fp_move", "fp_transfer", "fp_transfer_double")
        return transfers[min(core, 2)]
    for form, single, wide in _FLOATING_POINT:
        if form.fullmatch(base):
            is_double = double and ("f64" in types or base in ("vldr", "vstr"))
            return wide if is_double else single
    return "unknown"


def _vector(base: str, types: str, operands: str) -> TimingClass:
    if base.startswith("vld"):
        return "mve_load"
    if base.startswith("vst"):
        return "mve_store"
    if _VECTOR_SYSTEM.fullmatch(base):
        return "mve_system"
    if base == "vmov" and "[" in operands:
        return "fp_transfer"
    product = _VECTOR_PRODUCT.fullmatch(base) or types.startswith("f")
    return "mve_multiply" if product else "mve_integer"
