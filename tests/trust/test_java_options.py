"""Which of a JVM's options hold, as the java program takes them."""

import pytest

from probe.capture.java_options import settings

STORE = "-Djavax.net.ssl.trustStore"


def path(arguments: list[str], launched: bool = True, files: dict[str, str] | None = None, environment: dict[str, str] | None = None) -> tuple[str, str, bool]:
    found, late = settings(["java", *arguments], environment or {}, launched, lambda name: (files or {}).get(name, ""))
    one = found.get("trustStore")
    return (one.value, one.by, late) if one else ("", "", late)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([f"{STORE}=a", "Main"], ("a", "the command line", False)),
        ([f"{STORE}=a", f"{STORE}=b", "-jar", "app.jar"], ("b", "the command line", False)),
        (["-jar", "app.jar", f"{STORE}=a"], ("", "", True)),
        (["Main", f"{STORE}=a"], ("", "", True)),
        (["-cp", f"{STORE}=a", "Main"], ("", "", False)),
        (["-m", "one/Main", f"{STORE}Password=x"], ("", "", True)),
        (["--add-opens", "java.base/java.lang=ALL-UNNAMED", f"{STORE}=a", "Main"], ("a", "the command line", False)),
        ([f"{STORE}=a b=c", "Main"], ("a b=c", "the command line", False)),
        ([f"{STORE}", "Main"], ("", "the command line", False)),
        ([], ("", "", False)),
        (["-cp"], ("", "", False)),
    ],
)
def test_the_command_line(arguments: list[str], wanted: tuple[str, str, bool]) -> None:
    assert path(arguments) == wanted


def test_variables_come_before_and_after_the_command_line() -> None:
    both = {"JAVA_TOOL_OPTIONS": f"{STORE}=tool", "JDK_JAVA_OPTIONS": f"'{STORE}=jdk file'"}
    assert path(["Main"], environment=both) == ("jdk file", "JDK_JAVA_OPTIONS", False)
    assert path([f"{STORE}=line", "Main"], environment=both) == ("line", "the command line", False)
    assert path([f"{STORE}=line", "Main"], environment={**both, "_JAVA_OPTIONS": f"-Xmx1g {STORE}=last"}) == ("last", "_JAVA_OPTIONS", False)


def test_argument_files_are_read_once() -> None:
    files = {"one": f"-Xmx1g\n@one\n{STORE}=file\n", "loop": "@loop " * 1000}
    assert path(["@one", f"{STORE}=late"], files=files) == ("", "", True)
    assert path(["@loop", "Main"], files=files)[0] == ""
    assert path(["--disable-@files", "@one", f"{STORE}=late"], files=files) == ("", "", True)
    assert path(["@gone", f"{STORE}=a", "Main"], files={"gone": ""}) == ("a", "the command line", False)


def test_a_program_that_is_not_java_passes_on_whatever_it_has() -> None:
    assert path(["-user", "app", f"{STORE}=a", "Main", f"{STORE}=b"], launched=False) == ("b", "the command line", False)


def test_a_million_arguments_take_no_time() -> None:
    assert path(["-x"] * 1_000_000 + [f"{STORE}=a", "Main"])[0] == "a"
