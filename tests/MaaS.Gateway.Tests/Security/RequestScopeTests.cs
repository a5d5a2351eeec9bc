using System.Text.RegularExpressions;
using MaaS.Gateway.Security;
using MaaS.Tests;
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
        => EndpointTable.Read().Select(static e => (e.Method, Parameter().Replace(e.Address, "x"), e.Scope));

    private static IEnumerable<TestCaseData> Documented()
        => Endpoints().Select(static e => new TestCaseData(e.Method, e.Path, e.Scope));

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
