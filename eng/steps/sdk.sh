# Checks for the .NET SDK that global.json asks for.
# shellcheck shell=bash
step ".NET SDK" "install the .NET SDK $(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json) or a newer 10.0 one, then run ./maas setup again."

inputs() { has dotnet && dotnet --version 2>/dev/null || echo none; }
present() { has dotnet; }
work() {
    run dotnet --version
    echo "= $(dotnet --version)"
}
