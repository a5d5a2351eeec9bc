#!/usr/bin/python3
"""Runs a notebook of samples/notebooks in .NET Interactive, cell by cell, and keeps the outputs.

    eng/notebook.py samples/notebooks/Mnist.ipynb [-o FILE] [--maas VERSION] [--set NAME=VALUE ...]

Needs what ./maas test installs (eng/steps/test-packages.sh), and the MaaS packages in a source that the notebook's folder knows.
Exits with 1, and the cell's error, where a cell fails.
"""
import argparse
import pathlib
import re
import sys

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

TOOL = pathlib.Path(__file__).resolve().parent.parent / "artifacts/notebooks/dotnet-interactive"


class DotnetKernel(AsyncKernelManager):
    """The C# kernel of the tool that set-up installed, reachable from this machine alone; nothing has to be registered."""

    @property
    def kernel_spec(self):
        command = [str(TOOL), "jupyter", "--default-kernel", "csharp", "--http-local-only", "{connection_file}"]
        return KernelSpec(
            argv=command, display_name=".NET (C#)", language="C#", env={"DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT": "1"})


def prepared(source, version, values):
    """A cell's code with another version of MaaS and other values of top-level variables."""
    if version:
        source = re.sub(r'(#r "nuget: MaaS), [^"]+"', rf'\1, {version}"', source)
    for name, value in values:
        source = re.sub(rf"(?m)^var {name} = [^;]+;", f"var {name} = {value};", source)
    return source


def kept(outputs):
    """Without the kernel's own script and what it says while packages are restored, which are of the machine; lines joined."""
    result = []
    for output in outputs:
        html = output.get("data", {}).get("text/html", "")
        text = output.get("data", {}).get("text/plain", "")
        if "dotnet-interactive-this-cell" in html or "Installed Packages" in html or text.startswith("Loading extensions from"):
            continue
        if result and output.output_type == "stream" and result[-1].get("name") == output.name:
            result[-1].text += output.text
        else:
            result.append(output)
    return result


def run(path, version, values):
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    written = [cell.source for cell in cells]
    for cell in cells:
        cell.source = prepared(cell.source, version, values)
    client = NotebookClient(
        notebook, kernel_manager_class=DotnetKernel, timeout=600, record_timing=False,
        resources={"metadata": {"path": str(pathlib.Path(path).resolve().parent)}})
    try:
        client.execute()
    except CellExecutionError as error:
        # What the compiler says stands among the outputs, not in the error.
        said = [output.text for cell in cells for output in cell.outputs if output.get("name") == "stderr"]
        sys.exit("\n".join([f"{path}: {error}", *said]))
    for cell, source in zip(cells, written):
        cell.source = source
        cell.outputs = kept(cell.outputs)
    notebook.metadata.language_info = {"name": "csharp"}
    return notebook


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("notebook")
    arguments.add_argument("-o", "--output", help="where the executed notebook goes; in its own place without it")
    arguments.add_argument("--maas", metavar="VERSION", help="version of the MaaS packages, where it is not the notebook's")
    arguments.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another value for `var NAME = …;`")
    given = arguments.parse_args()
    if not TOOL.exists():
        sys.exit(f"{TOOL}: expected .NET Interactive, found nothing; ./maas test installs it")
    notebook = run(given.notebook, given.maas, [pair.split("=", 1) for pair in given.set])
    nbformat.write(notebook, given.output or given.notebook)


if __name__ == "__main__":
    main()
