using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Registry.Versions;
using MaaS.Serving.Catalogue;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>The examples as people copy them, run by the shell and by Python against the server.</summary>
public sealed partial class UsageExamplesTests
{
    private CatalogueServer _catalogue = null!;

    [OneTimeSetUp]
    public async Task StartServer() => _catalogue = await CatalogueServer.StartAsync(withKeys: true);

    [OneTimeTearDown]
    public async Task StopServer() => await _catalogue.DisposeAsync();

    [TestCase("linear/2", "curl", "sh", "y", 3)]
    [TestCase("linear/2", "Python", "python3", "y", 3)]
    [TestCase("digits/1", "curl", "sh", "logits", 10)]
    [TestCase("digits/1", "Python", "python3", "logits", 10)]
    public async Task Example_CopiedFromThePage_IsAnswered(
        string version, string language, string program, string output, int values)
    {
        var html = (await _catalogue.AskAsync("GET", $"/catalogue/view/{version}", "reader", accept: "text/html")).Text;
        var example = Example().Matches(html).Single(m => WebUtility.HtmlDecode(m.Groups[1].Value) == language);
        var code = WebUtility.HtmlDecode(example.Groups[2].Value);

        var answer = (await RunAsync(program, code)).Replace('\'', '"');

        var found = JsonDocument.Parse(answer).RootElement.GetProperty("outputs")[0];
        Assert.That(found.GetProperty("name").GetString(), Is.EqualTo(output));
        Assert.That(found.GetProperty("data").GetArrayLength(), Is.EqualTo(values));
    }

    [Test]
    public async Task Example_HostileNameOfAnInput_RunsNothing()
    {
        var hostile = "$(touch hacked)`touch hacked`\"'\\\nEND\ntouch hacked\n\"\"\"é";
        var entry = new CatalogueEntry(
            new ModelVersion(
                "m", 1, ModelStage.None, default, "", null,
                new ModelManifest { Name = "m", Inputs = [new TensorSpec(hostile, ElementType.Int64, [-1, 2])] },
                new Dictionary<string, PackageFileEntry>(), new Dictionary<string, string>(), [], []),
            0, null, false);
        var examples = new UsageExamples(entry, _catalogue.Server.Address).All().ToDictionary();

        var document = examples["curl"][examples["curl"].IndexOf("<<END", StringComparison.Ordinal)..];
        var body = await RunAsync("sh", $"cat {document}");
        var printed = await RunAsync(
            "python3", examples["Python"].Split("request = ")[0] + "print(json.dumps(body))");

        foreach (var text in new[] { body, printed })
        {
            Assert.That(
                JsonDocument.Parse(text).RootElement.GetProperty("inputs")[0].GetProperty("name").GetString(),
                Is.EqualTo(hostile));
        }

        Assert.That(File.Exists(Path.Combine(_catalogue.Folder, "hacked")), Is.False);
        Assert.That(examples["C#"], Does.Not.Contain(hostile).And.Contain("new long[2], 1, 2)"));
    }

    [TestCase(ElementType.Float16, "Half")]
    [TestCase(ElementType.BFloat16, "OfBFloat16")]
    public void All_HalfPrecision_IsForDotNetAlone(ElementType type, string expected)
    {
        var entry = new CatalogueEntry(
            new ModelVersion(
                "m", 1, ModelStage.None, default, "", null,
                new ModelManifest { Name = "m", Inputs = [new TensorSpec("x", type, [4])] },
                new Dictionary<string, PackageFileEntry>(), new Dictionary<string, string>(), [], []),
            0, null, false);

        var example = new UsageExamples(entry, _catalogue.Server.Address).All().Single();

        Assert.That(example.Language, Is.EqualTo("C#"));
        Assert.That(example.Code, Does.Contain(expected));
    }

    [Test]
    public async Task All_CrossEncoder_RanksTextsOrTakesTokens()
    {
        TensorSpec[] inputs =
        [
            .. new[] { TextEncoder.InputIds, TextEncoder.AttentionMask }
                .Select(static name => new TensorSpec(name, ElementType.Int64, [-1, -1])),
        ];
        var entry = new CatalogueEntry(
            new ModelVersion(
                "ranker", 1, ModelStage.None, default, "", null,
                new ModelManifest
                {
                    Name = "ranker",
                    Inputs = inputs,
                    Text = new TextPreprocessing { MaxLength = 16 },
                    Ranking = new RankingSettings("logits", 0),
                },
                new Dictionary<string, PackageFileEntry>(), new Dictionary<string, string>(), [], []),
            0, null, false);
        var examples = new UsageExamples(entry, _catalogue.Server.Address).All().ToDictionary();

        foreach (var language in new[] { "curl", "Python" })
        {
            Assert.That(examples[language], Does.Contain(new Uri(_catalogue.Server.Address, "v1/rerank").ToString()));
        }

        var document = examples["curl"][examples["curl"].IndexOf("<<END", StringComparison.Ordinal)..];
        var body = JsonDocument.Parse(await RunAsync("sh", $"cat {document}")).RootElement;
        Assert.That(body.GetProperty("model").GetString(), Is.EqualTo("ranker"));
        Assert.That(
            body.EnumerateObject().Select(static m => m.Name), Is.EqualTo(new[] { "model", "query", "documents" }));
        Assert.That(examples["C#"], Does.Not.Contain("ClassifyRequest").And.Contain("input_ids"));
    }

    private async Task<string> RunAsync(string program, string code)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _catalogue.Folder,
        };
        start.Environment["MAAS_KEY"] = _catalogue.Key("reader");
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(code);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{code}\n{output}\n{await error}");
        return output;
    }

    [GeneratedRegex("""<pre tabindex="0" data-language="([^"]+)"><code>([^<]*)</code></pre>""")]
    private static partial Regex Example();
}
