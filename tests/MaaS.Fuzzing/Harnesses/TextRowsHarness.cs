using MaaS.Fuzzing.Engine;
using MaaS.Text.Reading;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>Labelled texts in CSV, TSV and JSON lines; the first byte chooses the kind.</summary>
internal sealed class TextRowsHarness : IFuzzHarness
{
    private static readonly string[] Extensions = [".csv", ".tsv", ".jsonl"];

    public string Name => "text-rows";

    public IReadOnlyList<string> Words { get; } =
        ["text", "label", ",", "\t", "\"", "\"\"", "\r\n", "\n", "\xef\xbb\xbf", "{\"text\":\"a\",\"label\":\"b\"}\n", "\\ud800", "null", "1", ";", "\0", "\xff\xfe"];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        [0, .. "text,label\na,b\n\"c, \"\"d\"\"\ne\",f\n"u8], [1, .. "label\ttext\nb\ta\n"u8],
        [2, .. "{\"text\":\"a\",\"label\":\"b\"}\n\n{\"label\":1,\"text\":\"\\u00e4\"}\n"u8],
    ];

    public int LargestInput => 1 << 10;

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var path = TemporaryPath.Write("rows" + Extensions[input[0] % Extensions.Length], input.AsSpan(1));
        var bad = 0;
        var rows = TextFile.Read(path, new TextFileOptions { OnBadRow = _ => bad++ }).ToArray();
        FuzzFaultException.Unless(rows.Zip(rows.Skip(1)).All(pair => pair.First.Row < pair.Second.Row), "expected rows in the order of the file");
        FuzzFaultException.Unless(rows.Length + bad <= input.Length, $"expected at most one row a byte, got {rows.Length} and {bad} that are bad");
    }
}
