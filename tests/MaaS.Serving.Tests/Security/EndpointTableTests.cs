using System.Reflection;
using System.Text.RegularExpressions;
using MaaS.Serving.Security;
using MaaS.Tests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Tests.Security;

/// <summary>The table of docs/security.md says what a running server has, all of it and nothing else.</summary>
public sealed partial class EndpointTableTests
{
    [Test]
    public async Task Table_OfTheDocumentation_IsWhatTheServerHas()
    {
        using var models = new ModelsFolder().Add("same");
        using var registry = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Registry) = (models.Path, $"sqlite:{registry["registry.db"]}"));
        var mapped = from endpoint in server.Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
                     from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
                     select $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')} {endpoint.Metadata.GetMetadata<ScopeMetadata>()!.Scope.ToString().ToLowerInvariant()}";

        var actual = mapped.Where(e => !IsPageFile(e)).Order(StringComparer.Ordinal).ToList();
        Assert.That(Documented().Order(StringComparer.Ordinal), Is.EqualTo(actual));
        Assert.That(mapped.Where(IsPageFile), Is.Not.Empty.And.All.EndsWith(" none"));
    }

    private static bool IsPageFile(string endpoint) => PageFile().IsMatch(endpoint);

    private static IEnumerable<string> Documented()
    {
        var root = typeof(EndpointTableTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "RepoRoot").Value!;
        var text = File.ReadAllText(Path.Combine(root, "docs", "security.md"));
        var table = text[text.IndexOf("<!-- endpoints -->", StringComparison.Ordinal)..text.IndexOf(
            "<!-- /endpoints -->", StringComparison.Ordinal)];
        foreach (var row in table.Split('\n').Where(l => l.StartsWith('|')).Skip(2))
        {
            var cells = row.Replace("\\|", "\0", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries);
            var address = cells[2].Split('`')[1].Replace('\0', '|');
            if (address == "/" && cells[1] != "OPTIONS")
            {
                continue; // The page and its files, which are compared by their form.
            }

            foreach (var method in cells[1].Split(", "))
            {
                foreach (var each in Expand(address))
                {
                    yield return $"{method} {each} {cells[3]}";
                }
            }
        }
    }

    /// <summary>Every address that a pattern stands for.</summary>
    private static IEnumerable<string> Expand(string pattern)
    {
        // The innermost brackets first: they hold no others.
        var match = Brackets().Match(pattern);
        if (!match.Success)
        {
            return [pattern];
        }

        var inner = match.Value[1..^1];
        string[] choices = match.Value[0] == '(' ? inner.Split('|') : ["", inner];
        return choices.SelectMany(c => Expand(pattern[..match.Index] + c + pattern[(match.Index + match.Length)..]))
            .Distinct();
    }

    [GeneratedRegex(@"\([^()\[\]]*\)|\[[^()\[\]]*\]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"^(GET|HEAD) /(page/[\w-]+(\.\w+)+)? ")]
    private static partial Regex PageFile();
}
