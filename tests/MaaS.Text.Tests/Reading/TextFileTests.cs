using System.Text;
using MaaS.Text.Reading;

namespace MaaS.Text.Tests.Reading;

public sealed class TextFileTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("maas-texts-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Read_Csv_TakesNamedColumnsQuotesAndLineBreaks()
    {
        var path = Write("a.csv", "id,label,text\r\n1,spam,\"two\r\nlines, \"\"quoted\"\"\"\r\n2, ham ,plain\r\n");
        Assert.That(TextFile.Read(path), Is.EqualTo(new[]
        {
            new TextSample(2, "two\r\nlines, \"quoted\"", "spam"),
            new TextSample(3, "plain", "ham"),
        }));
    }

    [Test]
    public void Read_TsvWithOtherNames_TakesThem()
    {
        var path = Write("a.tsv", "input\tclass\nHello, world\t1\n");
        var options = new TextFileOptions { TextColumn = "input", LabelColumn = "class" };
        Assert.That(TextFile.Read(path, options), Is.EqualTo(new[] { new TextSample(2, "Hello, world", "1") }));
    }

    [Test]
    public void Read_JsonLines_TakesMembersOfAnyKind()
    {
        var path = Write("a.jsonl", "{\"text\": \"caf\\u00e9\", \"label\": 3}\n\n{\"label\": true, \"text\": \"x\"}\n");
        Assert.That(
            TextFile.Read(path), Is.EqualTo(new[] { new TextSample(1, "café", "3"), new TextSample(3, "x", "true") }));
    }

    [Test]
    public void Read_NamedEncoding_Decodes()
    {
        var path = Path.Combine(_folder, "a.csv");
        File.WriteAllBytes(path, [.. "text,label\ncaf"u8, 0xE9, 0x80, .. ",a\n"u8]);
        Assert.That(
            TextFile.Read(path, new TextFileOptions { Encoding = "windows-1252" }).Single().Text, Is.EqualTo("café€"));
    }

    [TestCase("a.csv", "text,label\nx,a\nonly one\n", "row 3: expected 2 fields (text, label), got 1")]
    [TestCase("a.csv", "text,label\nx,a,b\n", "row 2: expected 2 fields (text, label), got 3")]
    [TestCase("a.csv", "text,label\nab\"c,a\n", "row 2: expected quotes around a whole field")]
    [TestCase("a.csv", "text,label\n\"open,a\n", "row 2: expected quotes around a whole field")]
    [TestCase("a.csv", "text,label\n   ,a\n", "row 2: expected a text in 'text', got an empty one")]
    [TestCase("a.csv", "text,label\nx,\n", "row 2: expected a label in 'label', got an empty one")]
    [TestCase("a.csv", "text,label\nx,b\n", "row 2: expected a label among a, c, got 'b'")]
    [TestCase("a.csv", "message,label\nx,a\n", "expected one column 'text', the header has 'message', 'label'")]
    [TestCase("a.csv", "text;label\nx;a\n", "expected one column 'text', the header has 'text;label'")]
    [TestCase("a.csv", "", "expected a header and rows, got an empty file")]
    [TestCase("a.jsonl", "{\"text\": \"x\", \"label\": \"a\"}\n{\"text\": 1", "row 2: expected JSON")]
    [TestCase("a.jsonl", "[1]\n", "row 1: expected a JSON object, got Array")]
    [TestCase(
        "a.jsonl", "{\"body\": \"x\", \"label\": \"a\"}\n", "row 1: expected a member 'text', got 'body', 'label'")]
    [TestCase("a.jsonl", "{\"text\": \"\\ud83d\", \"label\": \"a\"}\n", "row 1: expected JSON")]
    [TestCase("a.jsonl", "\n{\"\\ud83d\": \"x\", \"label\": \"a\"}\n", "row 2: expected JSON")]
    public void Read_BadRow_NamesRowAndFault(string name, string content, string expected)
    {
        var path = Write(name, content);
        Assert.That(
            () => TextFile.Read(path, new TextFileOptions { Labels = ["a", "c"] }).ToArray(),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(expected));
    }

    [TestCase("a.csv", "text,label\ngood,a\n", "bad \xff,a\n", "last,a\n")]
    [TestCase(
        "a.jsonl", "{\"text\":\"good\",\"label\":\"a\"}\n", "{\"text\":\"bad \xff\",\"label\":\"a\"}\n",
        "{\"text\":\"last\",\"label\":\"a\"}\n")]
    public void Read_InvalidUtf8_NamesTheRowAndGoesOnWhenAsked(string name, string before, string bad, string after)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(before + bad + after));
        List<string> faults = [];
        var texts = TextFile.Read(path, new TextFileOptions { OnBadRow = faults.Add }).Select(static s => s.Text)
            .ToArray();
        Assert.That(texts, Is.EqualTo(new[] { "good", "last" }));
        Assert.That(
            faults.Single(),
            Does.Contain(name.EndsWith("csv", StringComparison.Ordinal) ? "row 3" : "row 2").And.Contains("encoding"));
        Assert.That(() => TextFile.Read(path).ToArray(), Throws.InstanceOf<InvalidDataException>());
    }

    [TestCase("utf-16")]
    [TestCase("utf-16BE")]
    [TestCase("utf-8")]
    [TestCase("utf-32")]
    [TestCase("utf-32BE")]
    public void Read_ByteOrderMark_WinsOverTheNamedEncoding(string name)
    {
        var path = Path.Combine(_folder, "a.csv");
        File.WriteAllText(path, "text,label\ncafé 😀,a\n", Encoding.GetEncoding(name));
        Assert.That(
            TextFile.Read(path, new TextFileOptions { Encoding = "windows-1252" }).Single().Text,
            Is.EqualTo("café 😀"));
    }

    [Test]
    public void Read_HalfASurrogatePairBehindAByteOrderMark_NamesTheRow()
    {
        var path = Path.Combine(_folder, "a.csv");
        File.WriteAllBytes(
            path,
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("text,label\ngood,a\nbad "), 0x3D, 0xD8,
             .. Encoding.Unicode.GetBytes(",a\n")]);
        Assert.That(
            () => TextFile.Read(path).ToArray(),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("row 3").And.Message.Contains("encoding"));
    }

    [Test]
    public void Read_LargeFile_IsStreamed()
    {
        var path = Path.Combine(_folder, "large.csv");
        using (var writer = new StreamWriter(path))
        {
            writer.WriteLine("text,label");
            for (var i = 0; i < 40_000; i++)
            {
                writer.WriteLine($"{new string('x', 1000)} {i},a");
            }
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (count, most) = (0, 0L);
        foreach (var sample in TextFile.Read(path))
        {
            if (++count % 10_000 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.That(count, Is.EqualTo(40_000));
        Assert.That(most, Is.LessThan(5_000_000), "of 40 MB, 80 MB as strings");
    }

    [Test]
    public void Read_NoFile_Throws()
        => Assert.That(
            () => TextFile.Read(Path.Combine(_folder, "none.csv")), Throws.InstanceOf<FileNotFoundException>());

    [Test]
    public void Read_UnknownEncoding_Throws()
        => Assert.That(
            () => TextFile.Read(Write("a.csv", "x"), new TextFileOptions { Encoding = "utf-9" }),
            Throws.ArgumentException.With.Message.Contains("utf-9"));

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
