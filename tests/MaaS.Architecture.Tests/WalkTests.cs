using System.Text.RegularExpressions;

namespace MaaS.Architecture.Tests;

public sealed partial class WalkTests
{
    [Test]
    public void Walks_NameFiles_ThatExist()
    {
        var names = CodeFile().Matches(File.ReadAllText(Repository.PathOf("docs/architecture.md")))
            .Select(static m => m.Groups[1].Value).Where(static n => !n.Contains('/')).ToHashSet();

        Assert.That(names, Has.Count.GreaterThan(20));
        Assert.That(
            names.Except(Repository.Sources("src").Select(static p => Path.GetFileName(p))), Is.Empty,
            "moved or renamed: mend the walk");
    }

    [GeneratedRegex(@"`([\w/.]+\.cs)`")]
    private static partial Regex CodeFile();
}
