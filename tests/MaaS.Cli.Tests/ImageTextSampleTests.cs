using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Cli.Tests;

/// <summary>The sample runs; with few pictures it learns a part of what it could.</summary>
public sealed partial class ImageTextSampleTests
{
    [GeneratedRegex(@"^(?<what>retrieval|early fusion|late fusion): (?<share>[0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex Figure();

    [Test]
    public async Task Sample_OnFashionMnist_FindsAnswersAndServes()
    {
        Assume.That(Directory.Exists("/usr/share/datasets/fashion-mnist"), "dataset-fashion-mnist is not installed");
        var folder = Directory.CreateTempSubdirectory("maas-image-text-").FullName;
        try
        {
            var (code, output, error) = await CommandProcess.RunProgramAsync("ImageText.dll", folder, "2000");

            Assert.That(code, Is.Zero, $"{output}\n{error}");
            var shares = Figure().Matches(output).ToDictionary(
                m => m.Groups["what"].Value, m => double.Parse(m.Groups["share"].Value, CultureInfo.InvariantCulture));
            Assert.That(shares["retrieval"], Is.GreaterThan(50), "a guess would be 10");
            Assert.That(shares["late fusion"], Is.GreaterThan(65), "a guess would be 50");
            Assert.That(shares["early fusion"], Is.GreaterThan(50));
            Assert.That(
                Regex.Count(output, @"do you see [^?]+\? \{.*""label"":""(yes|no)"""), Is.EqualTo(2),
                "two answers of the server");
            Assert.That(Path.Combine(folder, "looks.maas"), Does.Exist);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
