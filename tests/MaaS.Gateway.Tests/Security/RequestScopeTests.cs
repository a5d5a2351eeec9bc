using System.Reflection;
using System.Text.RegularExpressions;
using MaaS.Gateway.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Tests.Security;

/// <summary>The gateway asks of a caller what the server behind it asks, for every endpoint that there is: the table of
/// docs/security.md, which a test of the server holds to what a running one has.</summary>
internal sealed partial class RequestScopeTests
{
    [TestCaseSource(nameof(Documented))]
    public void Of_EveryEndpoint_IsTheServersScope(string method, string path, string scope)
    {
        foreach (var written in new[] { path, path.ToUpperInvariant(), path + "/" })
        {
            var request = new DefaultHttpContext().Request;
            (request.Method, request.Path) = (method, written);
            Assert.That(
                RequestScope.Of(request).ToString().ToLowerInvariant(), Is.EqualTo(scope), $"{method} {written}");
        }
    }

    [TestCase("/page/models/m", "m")]
    [TestCase("/v2/repository/models/m/route", "m")]
    [TestCase("/catalogue/view/m/3", "m")]
    [TestCase("/Catalogue/Models/Mixed/versions/1/package", "Mixed")]
    [TestCase("/catalogue/models", null)]
    [TestCase("/page/overview", null)]
    public void ModelOf_AddressesThatLeadToAnyServer_IsTheirModel(string path, string? model)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path) = ("GET", path);
        Assert.That(RequestScope.ModelOf(request), Is.EqualTo(model));
    }

    /// <summary>Every endpoint of the table, with <c>x</c> for its parameters.</summary>
    public static IEnumerable<(string Method, string Path, string Scope)> Endpoints()
    {
        var root = typeof(RequestScopeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static a => a.Key == "RepoRoot").Value!;
        var text = File.ReadAllText(Path.Combine(root, "docs", "security.md"));
        var table = text[text.IndexOf("<!-- endpoints -->", StringComparison.Ordinal)..text.IndexOf(
            "<!-- /endpoints -->", StringComparison.Ordinal)];
        return
            from row in table.Split('\n').Where(static l => l.StartsWith('|')).Skip(2)
            let cells = row.Replace("\\|", "\0", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries)
            from method in cells[1].Split(", ")
            from path in Expand(cells[2].Split('`')[1].Replace('\0', '|'))
            select (method, Parameter().Replace(path, "x"), cells[3]);
    }

    private static IEnumerable<TestCaseData> Documented()
        => Endpoints().Select(static e => new TestCaseData(e.Method, e.Path, e.Scope));

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

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
