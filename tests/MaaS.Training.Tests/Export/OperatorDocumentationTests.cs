using System.Runtime.CompilerServices;
using MaaS.Training.Export.Lowering;

namespace MaaS.Training.Tests.Export;

public class OperatorDocumentationTests
{
    private const string Begin = "<!-- operators -->\n", End = "<!-- /operators -->";

    [Test]
    public void Documentation_OperatorTable_IsGeneratedFromTheRegistry()
    {
        string path = Page();
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = text.IndexOf(
            End, StringComparison.Ordinal);
        string table = Table();
        if (Environment.GetEnvironmentVariable("MAAS_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, text[..begin] + table + text[end..]);
        }
        else
        {
            Assert.That(text[begin..end], Is.EqualTo(table), "run the tests with MAAS_UPDATE_DOCS=1");
        }
    }

    private static string Table()
    {
        int count = LoweringRegistry.Default.Operators.Count;
        var rows = LoweringRegistry.Topics.Select(static topic =>
            $"| {topic.Topic} | {string.Join(", ", topic.Operators.Select(static name => $"`{name["aten::".Length..]}`"))} |");
        return $"{count} operators of ATen, and their in-place forms:\n\n| topic | operators "
            + $"|\n|---|---|\n{string.Join('\n', rows)}\n";
    }

    private static string Page([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/export.md"));
}
