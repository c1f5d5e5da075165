"""How every fenced block of every document is tested: one table, read by tests that run the blocks.

A block belongs to one row: by its document, its language, and the words that it begins with where
a document has several kinds. `tests/unit/docs/test_table.py` fails for a block that is in none.
Beside what stands here, `tests/unit/docs/test_blocks.py` looks at every block by its language:
shell is shell, commands and options exist, YAML and JSON parse, Python compiles.
"""

from dataclasses import dataclass
from enum import Enum

from tests.support.guides import Block, blocks

BLOCKS = "tests/unit/docs/test_blocks.py"
REFERENCE = "tests/unit/docs/test_reference.py"
SHOWN = "tests/unit/docs/test_shown.py"
LESSON = "tests/e2e/test_tutorial.py"
TYPED = "tests/e2e/test_typed_guides.py"
CLIENT = "tests/integration/test_client_guide.py"
REST = "tests/unit/api/test_rest_guide.py"
OTHERS = "tests/unit/api/test_other_guides.py"


class How(Enum):
    """What is done to a block."""

    RUN = "its commands, calls or code are run"
    TYPED = "typed into a simulated controller"
    LOADED = "loaded by the program's own loader of its kind"
    SENT = "what the API is sent, or answers"
    SHOWN = "compared with what it shows"
    NOT_HERE = "cannot run here"


@dataclass(frozen=True, slots=True)
class Row:
    """Some blocks of one document.

    Attributes:
        begins: what their text begins with; empty: every block of the language that no other row of
            the document takes.
        test: the file that does it.
        why: for what cannot run here: the reason, and what is looked at instead.
    """

    document: str
    language: str
    how: How
    test: str
    begins: str = ""
    why: str = ""

    def __str__(self) -> str:
        return f"{self.document} [{self.language}] {self.begins!r}"

    def might_take(self, block: Block) -> bool:
        """Whether the block is one of these, if no row says more of it."""
        named = block.place.rpartition(":")[0]
        is_alike = (named, block.language) == (self.document, self.language)
        return is_alike and block.text.startswith(self.begins)


TABLE = (
    Row("README.md", "console", How.NOT_HERE, ".ci/run", "$ make demo", "CI is these two commands"),
    Row("README.md", "console", How.NOT_HERE, "tests/unit/lab/test_fleet.py",
        "$ make install\n$ export", "the tests were installed so; its fleet is loaded there"),
    Row("README.md", "console", How.RUN, TYPED),
    Row("deploy/kubernetes/README.md", "console", How.NOT_HERE,
        "tests/contract/deploy/test_kubernetes.py", "$ cp -r deploy/kubernetes/example",
        "no cluster: the manifests are checked by the published schemas"),
    Row("deploy/many-machines.md", "console", How.NOT_HERE,
        "tests/contract/deploy/test_deploy_files.py", "$ mkdir -p deploy/config",
        "no container engine: the compose file is checked by its published schema"),
    Row("docs/aireos.md", "yaml", How.LOADED, BLOCKS),
    Row("docs/architecture.md", "", How.SHOWN, SHOWN),
    Row("docs/audit.md", "console", How.RUN, TYPED),
    Row("docs/break-glass.md", "text", How.TYPED, LESSON),
    Row("docs/choosing.md", "console", How.RUN, TYPED),
    Row("docs/client.md", "python", How.RUN, CLIENT),
    Row("docs/client.md", "bash", How.RUN, CLIENT),
    Row("docs/client.md", "yaml", How.NOT_HERE, CLIENT, "- hosts: localhost",
        "Ansible is not installed: its calls are compared with those there are"),
    Row("docs/diagnosis.md", "", How.SHOWN, SHOWN),
    Row("docs/events.md", "console", How.NOT_HERE, "tests/integration/test_listening.py",
        "$ aprejoin listen", "ports of every interface: there it hears on others of loopback"),
    Row("docs/events.md", "yaml", How.LOADED, BLOCKS),
    Row("docs/events.md", "json", How.SENT, "tests/unit/api/test_events.py"),
    Row("docs/events.md", "sh", How.RUN, CLIENT),
    Row("docs/evidence.md", "console", How.RUN, TYPED),
    Row("docs/integrating.md", "console", How.RUN, OTHERS),
    Row("docs/inventory.md", "yaml", How.LOADED, BLOCKS),
    Row("docs/itsm.md", "yaml", How.LOADED, BLOCKS),
    Row("docs/itsm.md", "console", How.RUN, "tests/e2e/test_desk_tutorial.py"),
    Row("docs/itsm.md", "json", How.SENT, "tests/unit/docs/test_sent.py"),
    Row("docs/lab.md", "yaml", How.LOADED, BLOCKS),
    Row("docs/lab.md", "python", How.RUN, LESSON),
    Row("docs/night.md", "console", How.RUN, LESSON),
    Row("docs/notifications.md", "yaml", How.LOADED, BLOCKS),
    Row("docs/notifications.md", "console", How.RUN, TYPED, "$ aprejoin notify"),
    Row("docs/notifications.md", "console", How.RUN, OTHERS, '$ api "$ADMIN" /channels'),
    Row("docs/operating.md", "console", How.RUN, TYPED),
    Row("docs/operating.md", "", How.SHOWN, SHOWN),
    Row("docs/page.md", "python", How.SHOWN, SHOWN),
    Row("docs/polling.md", "json", How.SENT, "tests/unit/docs/test_sent.py"),
    Row("docs/reference/commands.md", "text", How.SHOWN, REFERENCE),
    Row("docs/reference/commands.md", "console", How.RUN, TYPED),
    Row("docs/rest.md", "console", How.RUN, TYPED, "$ aprejoin token create"),
    Row("docs/rest.md", "console", How.RUN, REST),
    Row("docs/rest.md", "json", How.SENT, "tests/unit/docs/test_sent.py"),
    Row("docs/restconf.md", "text", How.SENT, "tests/unit/docs/test_sent.py"),
    Row("docs/security.md", "text", How.NOT_HERE, BLOCKS, "   people, ITSM, NOC --TLS",
        "a drawing of who speaks to whom"),
    Row("docs/signals.md", "yaml", How.NOT_HERE, BLOCKS, "# prometheus.yml",
        "Prometheus's own file: the token and the address are ours"),
    Row("docs/software.md", "yaml", How.LOADED, BLOCKS),
    Row("docs/software.md", "console", How.RUN, TYPED),
    Row("docs/tutorial.md", "console", How.NOT_HERE, ".ci/run", "$ make install",
        "it is how the tests themselves were installed"),
    Row("docs/tutorial.md", "console", How.NOT_HERE, LESSON, "$ export PATH",
        "the tests say the same to each command they start"),
    Row("docs/tutorial.md", "yaml", How.LOADED, LESSON),
    Row("docs/tutorial.md", "console", How.RUN, TYPED, "$ aprejoin lab"),
    Row("docs/tutorial.md", "console", How.RUN, TYPED, "$ aprejoin token"),
    Row("docs/tutorial.md", "console", How.RUN, LESSON),
    Row("docs/upgrading.md", "console", How.RUN, TYPED),
    Row("docs/webhooks.md", "console", How.RUN, OTHERS),
    Row("docs/webhooks.md", "json", How.SENT, "tests/unit/docs/test_sent.py"),
    Row("docs/webhooks.md", "python", How.RUN, "tests/integration/test_webhook_sending.py"),
)  # fmt: skip


def rows_of(block: Block) -> list[Row]:
    """The rows that take a block: those that say how it begins, before those that do not."""
    alike = [row for row in TABLE if row.might_take(block)]
    return [row for row in alike if row.begins] or alike


def blocks_of(test: str, *hows: How) -> list[Block]:
    """What a test has to do, in the order of the documents."""
    return [
        block
        for block in blocks()
        for row in rows_of(block)
        if row.test == test and row.how in (hows or How)
    ]
