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

    // The page and its files are compared by their form.
    private static IEnumerable<string> Documented() => EndpointTable.Read()
        .Where(static e => e.Address != "/" || e.Method == "OPTIONS")
        .Select(static e => $"{e.Method} {e.Address} {e.Scope}");

    [GeneratedRegex(@"^(GET|HEAD) /(page/[\w-]+(\.\w+)+)? ")]
    private static partial Regex PageFile();
}
