using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Cli.Tests;

/// <summary>The sample runs; two epochs are too few to read every date.</summary>
public sealed partial class DateReaderSampleTests
{
    [GeneratedRegex(@"^epoch \d+: perplexity (?<perplexity>[0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex Epoch();

    [Test]
    public async Task Sample_OfGeneratedDates_TrainsPackagesAndServes()
    {
        var folder = Directory.CreateTempSubdirectory("maas-date-reader-").FullName;
        try
        {
            var (code, output, error) = await CommandProcess.RunProgramAsync("DateReader.dll", folder, "2");

            Assert.That(code, Is.Zero, $"{output}\n{error}");
            double[] perplexities = [.. Epoch().Matches(output).Select(
                m => double.Parse(m.Groups["perplexity"].Value, CultureInfo.InvariantCulture))];
            Assert.That(perplexities, Has.Length.EqualTo(2).And.Ordered.Descending);
            Assert.That(perplexities[1], Is.LessThan(2), "a guess among ten digits would be 10");
            Assert.That(output, Does.Match(@"Friday, 5 March 2021 → \d{4}-\d\d-\d\d"));
            Assert.That(Path.Combine(folder, "dates.maas"), Does.Exist);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
