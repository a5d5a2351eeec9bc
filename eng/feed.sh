# Questions to the configured NuGet package sources; sourced by steps.
# shellcheck shell=bash

# What decides which sources are asked.
feed_settings() {
    cat NuGet.config "${HOME:-/root}/.nuget/NuGet/NuGet.Config" "${HOME:-/root}"/.config/NuGet/*.?onfig 2>/dev/null || :
}

# feed_serves ID VERSION: whether exactly this package and all that it depends on can be restored without artifacts/feed.
# A source that cannot be reached is a failure, not a no.
feed_serves() {
    local id=$1 version=$2 folder="${scratch:?}/probe" status=0
    mkdir -p "$folder"
    cat >"$folder/NuGet.config" <<'EOF'
<configuration>
  <disabledPackageSources>
    <add key="maas-local" value="true" />
  </disabledPackageSources>
</configuration>
EOF
    cat >"$folder/probe.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="$id" Version="[$version]" />
  </ItemGroup>
</Project>
EOF
    printf '+ dotnet restore %s (asks for %s %s)\n' "$folder/probe.csproj" "$id" "$version"
    timeout "${MAAS_PROBE_SECONDS:-600}" dotnet restore "$folder/probe.csproj" --nologo >"$folder/probe.log" 2>&1 || status=$?
    cat "$folder/probe.log"
    if [ "$status" -eq 0 ]; then return 0; fi
    grep -q 'NU1101\|NU1102' "$folder/probe.log" && ! grep -q NU1301 "$folder/probe.log" && return 1
    echo "the package feed gave no answer about $id (exit $status)"
    exit 1
}

# The version of TorchSharp that the code is written against.
torch_version() { sed -n 's|.*<TorchSharpVersion>\(.*\)</TorchSharpVersion>.*|\1|p' Directory.Packages.props; }

# Where NuGet unpacks packages, with a slash at the end.
packages_folder() { dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//'; }
