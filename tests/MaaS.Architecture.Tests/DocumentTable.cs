namespace MaaS.Architecture.Tests;

/// <summary>
/// A Markdown table of docs/architecture.md between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>. The
/// first column names the row, the second is written by people, the others are what the code says: compared by the
/// tests, written by them with MAAS_UPDATE_DOCS=1.
/// </summary>
internal sealed class DocumentTable
{
    private const string Page = "docs/architecture.md";
    private readonly string _name;
    private readonly string[] _columns;

    public DocumentTable(string name, params string[] columns) => (_name, _columns) = (name, columns);

    /// <summary>Fails where the page's table differs from the rows, or a row lacks its words.</summary>
    /// <param name="rows">Every row without its second cell.</param>
    public void Check(IEnumerable<string[]> rows)
    {
        var path = Repository.PathOf(Page);
        var text = File.ReadAllText(path);
        var (begin, end) = Bounds(text);
        var words = Words(text[begin..end]);
        var table = Render(rows, words);
        if (Repository.UpdatesDocs && text[begin..end] != table)
        {
            File.WriteAllText(path, text[..begin] + table + text[end..]);
        }
        else
        {
            Assert.That(
                text[begin..end], Is.EqualTo(table),
                $"{Page}, {_name}: the table is not what the code says. A new dependency needs a reason; if it has "
                    + $"one, "
                + "run this test with MAAS_UPDATE_DOCS=1 and commit the page. If it has none, move the type or pass "
                + "what is needed.");
        }
        Assert.That(
            words.Values.Concat(rows.Where(r => !words.ContainsKey(r[0])).Select(static _ => "")), Has.None.Empty,
            $"{Page}, {_name}: every row says in its second column what is in it.");
    }

    private (int Begin, int End) Bounds(string text)
    {
        var (open, close) = ($"<!-- {_name} -->\n", $"<!-- /{_name} -->");
        var (begin, end) = (
            text.IndexOf(open, StringComparison.Ordinal), text.IndexOf(close, StringComparison.Ordinal));
        Assert.That(end, Is.GreaterThan(begin), $"{Page}: expected the markers '{open.Trim()}' and '{close}'");
        return (begin + open.Length, end);
    }

    private static Dictionary<string, string> Words(string table)
        => table.Split('\n').Skip(2).Select(static l => l.Split('|')).Where(static c => c.Length > 3)
            .ToDictionary(static c => c[1].Trim().Trim('`'), static c => c[2].Trim());

    private string Render(IEnumerable<string[]> rows, Dictionary<string, string> words)
        => $"| {string.Join(" | ", _columns)} |\n|{string.Concat(_columns.Select(static _ => "---|"))}\n"
            + string.Concat(
                rows.Select(
                    r => $"| `{r[0]}` | {words.GetValueOrDefault(r[0], "")} | {string.Join(" | ", r[1..])} |\n"));
}
