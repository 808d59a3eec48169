"""Promises about names: demangled C++ becomes short, paths lose what is this machine's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.firmware.demangle import demangle
from harness.firmware.names import place_name, short_name, short_path


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        (
            "void harness::kernels::simd::(anonymous namespace)::Tile<signed char, long>"
            "(harness::kernels::Convolution const&, long*)",
            "simd::Tile",
        ),
        ("harness::kernels::Scales::operator[](long) const", "Scales::operator[]"),
        ("harness::QuickOutput::operator()(int) const", "QuickOutput::operator()"),
        ("tflite::MicroInterpreter::Invoke()", "MicroInterpreter::Invoke"),
        ("bool ns::operator< <int>(ns::A<int>, int)", "ns::operator<"),
        ("std::ostream& operator<< <char>(int)", "operator<<"),
        ("A::operator bool() const", "A::operator bool"),
        ("f<A<B<(C)0>>>(int) [clone .part.0]", "f"),
        ("memcpy", "memcpy"),
        ("__aeabi_dadd", "__aeabi_dadd"),
        ("??", "??"),
    ],
)
def test_functions_keep_their_innermost_scope(whole: str, short: str) -> None:
    assert short_name(whole) == short


@given(st.text(max_size=40))
def test_any_name_stays_something_to_show(name: str) -> None:
    assert bool(short_name(name)) == bool(name)


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("build/firmware/kernels/../kernels/pad.h", "firmware/kernels/pad.h"),
        ("tflm/tensorflow/lite/micro/x.cc", "tflm/tensorflow/lite/micro/x.cc"),
        ("/home/me/src/newlib-salsa/newlib/libc/string/memset.c", "newlib/libc/string/memset.c"),
        ("/build/gcc/libgcc/config/arm/ieee754-df.S", "libgcc/config/arm/ieee754-df.S"),
        ("main.c", "main.c"),
    ],
)
def test_paths_begin_with_the_projects_own_folders(path: str, short: str) -> None:
    assert short_path(path) == short


def test_a_place_is_file_and_line_or_a_question_mark() -> None:
    assert place_name("main.c", 3) == "main.c:3"
    assert place_name("main.c", 0) == "main.c"
    assert place_name("", 0) == "?"


def test_names_that_are_options_or_files_to_a_tool_stay_names(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("_Z6secretv")
    names = [f"@{secret}", "--help", "-n", "main"]
    assert demangle(names) == {name: name for name in names}
