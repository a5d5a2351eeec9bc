using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Cli.Tests;

/// <summary>The sample runs; a few steps are too few to write well.</summary>
public sealed partial class TinyGptSampleTests
{
    [GeneratedRegex(@"^  (?<model>[\w ]+?) +(?<perplexity>[0-9.]+)$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [Test]
    public async Task Sample_OnTheNovel_TrainsPackagesAndStreams()
    {
        var folder = Directory.CreateTempSubdirectory("maas-tiny-gpt-").FullName;
        try
        {
            var (code, output, error) = await CommandProcess.RunProgramAsync("TinyGpt.dll", folder, "20");

            Assert.That(code, Is.Zero, $"{output}\n{error}");
            var perplexities = Row().Matches(output)
                .ToDictionary(
                    m => m.Groups["model"].Value,
                    m => double.Parse(m.Groups["perplexity"].Value, CultureInfo.InvariantCulture));
            Assert.That(perplexities["threes"], Is.LessThan(perplexities["single tokens"]));
            Assert.That(
                perplexities["this network"], Is.LessThan(500), "it has learned something: 512 would be a guess");
            Assert.That(output, Does.Contain("The whale").And.Contain("Captain Ahab"));
            Assert.That(Path.Combine(folder, "story.maas"), Does.Exist);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
