import pytest

from service.transcripts.sessions import LONGEST_LINE, outputs


def commands(text):
    return [output.command for output in outputs(text)]


def test_each_prompt_begins_an_output():
    text = "WLC#show clock\n*04:45:00.857 UTC Thu Aug 7 2025\nWLC#show ap summary\nrow\nWLC#\n"
    assert commands(text) == ["show clock", "show ap summary"]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("9800-L#show ap summary ", "show ap summary"),
        ("        R1#show ntp status", "show ntp status"),
        ("hq-wlc.example(config-if)#do show clock", "do show clock"),
        ("WLC>show clock", "show clock"),
        ("(Cisco Controller) >show ap join stats summary all", "show ap join stats summary all"),
        ("(AireOS WLC)> show time ", "show time"),
        ("show boot", "show boot"),
        ('# command: grep include "ap cert" "show run"', 'grep include "ap cert" "show run"'),
    ],
)
def test_prompts_of_both_platforms_are_known(line, command):
    assert commands(f"{line}\nsomething\n") == [command]


@pytest.mark.parametrize(
    "line",
    [
        "Chassis#   Role    Mac Address     Priority Version  State                 IP",
        "Archive #  Name",
        "WLCで、show ap image statusを実行すると",
        "(unicast address)",
        "Capability: # of slots",
    ],
)
def test_lines_that_only_resemble_a_prompt_are_output(line):
    (output,) = outputs(f"{line}\n")
    assert output.lines[0].text == line


def test_text_before_the_first_prompt_is_output_without_a_command():
    assert commands("junk\nWLC#show clock\nx\n") == [None, "show clock"]


def test_pager_leftovers_blanks_of_web_pages_and_colours_are_cleaned():
    text = "a\xa0\xa0b\r\n--More-- or (q)uit\r\n --More-- c\n\x1b[1md\x1b[0m\n"
    (output,) = outputs(text)
    assert [line.text for line in output.lines] == ["a  b", "", "c", "d"]


def test_lines_keep_their_number_in_the_file():
    (output,) = outputs("\n\nWLC#show clock\nx\n")
    assert [(line.number, line.text) for line in output.lines] == [(4, "x")]


def test_an_endless_line_is_cut():
    (output,) = outputs("x" * 100_000)
    assert len(output.lines[0].text) == LONGEST_LINE
