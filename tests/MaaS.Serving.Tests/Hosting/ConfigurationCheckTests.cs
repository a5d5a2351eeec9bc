using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using MaaS.Serving.Hosting;
using Microsoft.Extensions.Configuration;

namespace MaaS.Serving.Tests.Hosting;

public sealed partial class ConfigurationCheckTests
{
    [Test]
    public void Bind_Options_SetsEveryKind()
    {
        var options = new MaaSServingOptions();
        var faults = Bind(
            options, ("ModelsPath", "m"), ("PollInterval", "00:00:02"), ("memorylimitbytes", "1000"),
            ("Watch", "false"), ("Defaults:Versions", "all"),
            ("Models:digits:Versions", "latest:2"), ("Models:digits:Route:Split:stable", "90"),
            ("Models:digits:Route:Shadow:Target", "canary"),
            ("Packages:MaxFiles", "7"));

        Assert.That(faults, Is.Empty);
        Assert.That(
            (options.ModelsPath, options.PollInterval, options.MemoryLimitBytes, options.Watch),
            Is.EqualTo(("m", TimeSpan.FromSeconds(2), 1000L, false)));
        var digits = options.For("digits");
        Assert.That(
            (digits.Versions, digits.Route!.Split["stable"], digits.Route.Shadow!.Target),
            Is.EqualTo(("latest:2", 90.0, "canary")));
        Assert.That((options.For("other").Versions, options.Packages.MaxFiles), Is.EqualTo(("all", 7)));
    }

    [Test]
    public void Bind_UnknownKeysAndWrongValues_NamesAllAndSetsTheRest()
    {
        var options = new MaaSServingOptions();
        var faults = Bind(
            options, ("ModelPath", "m"), ("Watch", "perhaps"), ("PollInterval", "soon"), ("MaxConcurrentLoads", "many"),
            ("Models:digits:Version", "1"), ("StateFile", "s.json"));

        Assert.That(faults.Select(f => f.Split(": expected")[0]), Is.EquivalentTo(
            new[]
            {
                "MaaS:ModelPath", "MaaS:Watch", "MaaS:PollInterval", "MaaS:MaxConcurrentLoads",
                "MaaS:Models:digits:Version",
            }));
        Assert.That(options.StateFile, Is.EqualTo("s.json"));
    }

    [Test]
    public void Bind_SettingsOfDocumentsAndDeployment_AreOptions()
    {
        var docs = Directory.GetFiles(Path.Combine(RepoRoot, "docs"), "*.md")
            .SelectMany(f => JsonBlock().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value)
            .Where(text => text.TrimStart().StartsWith("{\n  \"MaaS\"", StringComparison.Ordinal))
            .Append(File.ReadAllText(Path.Combine(RepoRoot, "deploy", "server", "appsettings.json"))).ToList();
        var kubernetes = Variable()
            .Matches(File.ReadAllText(Path.Combine(RepoRoot, "deploy", "kubernetes", "configmap.yaml")))
            .ToDictionary(
                m => m.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal),
                m => (string?)m.Groups[2].Value.Trim().Trim('"'));

        Assert.That(docs, Has.Count.GreaterThan(4));
        Assert.That(kubernetes, Has.Count.GreaterThan(4));
        var settings = docs.Select(
            text => new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build())
            .Append(new ConfigurationBuilder().AddInMemoryCollection(kubernetes).Build());
        Assert.That(
            settings.SelectMany(s => ConfigurationCheck.Bind(s.GetSection("MaaS"), new MaaSServingOptions())),
            Is.Empty);
    }

    private static string RepoRoot
        => typeof(ConfigurationCheckTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "RepoRoot").Value!;

    [GeneratedRegex("```json\\s*\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex("^  (MaaS__\\w+): (.*)$", RegexOptions.Multiline)]
    private static partial Regex Variable();

    private static IReadOnlyList<string> Bind(MaaSServingOptions options, params (string Key, string Value)[] values)
        => ConfigurationCheck.Bind(
            new ConfigurationBuilder()
                .AddInMemoryCollection(values.ToDictionary(v => $"MaaS:{v.Key}", v => (string?)v.Value)).Build()
                .GetSection("MaaS"), options);
}
