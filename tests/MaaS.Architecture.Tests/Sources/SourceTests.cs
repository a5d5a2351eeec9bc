using System.Text.RegularExpressions;

namespace MaaS.Architecture.Tests.Sources;

public sealed partial class SourceTests
{
    private const int FileLines = 300, Columns = 120;

    [Test]
    public void Files_OfSrc_HaveAtMost300Lines()
        => Assert.That(
            Repository.Sources("src").Where(static p => File.ReadLines(p).Count() > FileLines)
                .Select(Repository.Relative), Is.Empty,
            $"a file has at most {FileLines} lines: look for its second responsibility");

    // The counts only fall: lower one where the lines below it were wrapped.
    [TestCase("benchmarks", 9)]
    [TestCase("eng", 0)]
    [TestCase("samples", 0)]
    [TestCase("src", 0)]
    [TestCase("tests", 116)]
    public void Lines_OfCode_HaveAtMost120Columns(string folder, int allowed)
    {
        var lines = Repository.Sources(folder)
            .SelectMany(
                static p =>
                    File.ReadLines(p).Select((line, i) => (Place: $"{Repository.Relative(p)}:{i + 1}", line.Length)))
            .Where(static l => l.Length > Columns).ToList();

        Assert.That(lines, Has.Count.LessThanOrEqualTo(allowed), $"a line has at most {Columns} columns");
    }

    // Time is a TimeProvider; waiting is for a condition, with a limit: a constraint with After(limit, interval).
    [Test]
    public void Tests_Wait_ForConditionsOnly()
        => Assert.That(
            Repository.Sources("tests").Where(static p => Path.GetFileName(p) is not "SourceTests.cs")
                .SelectMany(
                    static p =>
                        File.ReadLines(p).Select((line, i) => (Place: $"{Repository.Relative(p)}:{i + 1}", Line: line)))
                .Where(static l => Sleep().IsMatch(l.Line)).Select(static l => l.Place).ToList(),
            Is.Empty,
            "a test that sleeps is slow and still fails on a slow machine: wait for a condition, or set a "
                + "TimeProvider");

    [GeneratedRegex(@"\b(Thread\.Sleep|Task\.Delay)\(")]
    private static partial Regex Sleep();
}
