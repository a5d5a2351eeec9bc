using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Cli.Tests;

/// <summary>The sample runs in its quick form: a smaller network that reads the sheets fewer times.</summary>
public sealed partial class ChatSampleTests
{
    [GeneratedRegex(@"^  (?<model>[\w, -]+?) +(?<right>\d+) of (?<all>\d+) \(", RegexOptions.Multiline)]
    private static partial Regex Row();

    [Test]
    public async Task Sample_OfFilms_TrainsAModelThatAnswersQuestionsAboutUnseenOnes()
    {
        var folder = Directory.CreateTempSubdirectory("maas-chat-").FullName;
        try
        {
            var (code, output, error) = await CommandProcess.RunProgramAsync("Chat.dll", folder, "--quick");

            Assert.That(code, Is.Zero, $"{output}\n{error}");
            var shares = Row().Matches(output).ToDictionary(
                static m => m.Groups["model"].Value, static m => Number(m, "right") / Number(m, "all"));
            Assert.That(shares["base"], Is.LessThan(0.05), "it only continues texts");
            Assert.That(shares["commonest answer"], Is.LessThan(0.5), "or the questions are too easy");
            Assert.That(shares["fine-tuned"], Is.GreaterThan(0.5));
            Assert.That(shares["fine-tuned, int8"], Is.EqualTo(shares["fine-tuned"]).Within(0.1));
            Assert.That(output, Does.Contain("maas chat films.maas").And.Contain("maas serve --models films.maas"));
            foreach (var package in new[] { "films-base.maas", "films.maas", "films-int8.maas" })
            {
                Assert.That(Path.Combine(folder, package), Does.Exist);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Number(Match match, string name)
        => double.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
}
