using MaaS.Core.Generation.Chat;

namespace MaaS.Core.Tests.Generation.Chat;

public sealed class ToolCallParserTests
{
    private static readonly string[] Tools = ["weather", "now"];

    private static IEnumerable<TestCaseData> Texts =>
    [
        new("Just text, 1 < 2 [x].", "Just text, 1 < 2 [x].", ""),
        new("", "", ""),
        new("  \n", "  \n", ""),
        new("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}}\n</tool_call>", "",
            "weather{\"city\": \"Köln\"}"),
        new("Let me see.\n<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>\n"
            + "<tool_call>{\"name\": \"now\", \"arguments\": {\"a\": \"</x>\"}}</tool_call>",
            "Let me see.", "now{} now{\"a\": \"</x>\"}"),
        new("<tool_call>{\"name\": \"now\", \"arguments\": {}}", "", "now{}"),
        new("<tool_call>not json</tool_call> then", "<tool_call>not json</tool_call> then", ""),
        new("a \n<tool_call>{}</tool_call>", "a \n<tool_call>{}</tool_call>", ""),
        new("<tool_call>{\"name\": \"other\", \"arguments\": {}}</tool_call>",
            "<tool_call>{\"name\": \"other\", \"arguments\": {}}</tool_call>", ""),
        new("{\"name\": \"weather\", \"parameters\": {\"city\": \"a}\\\"]\"}}", "", "weather{\"city\": \"a}\\\"]\"}"),
        new("<|python_tag|>{\"name\": \"now\", \"parameters\": {}}", "", "now{}"),
        new("{\"name\": \"now\", \"parameters\": {}}; {\"name\": \"now\", \"parameters\": {\"b\": 1}}", "",
            "now{} now{\"b\": 1}"),
        new("[{\"name\": \"now\", \"arguments\": {}}, {\"name\": \"weather\", \"arguments\": {\"c\": [1]}}]", "",
            "now{} weather{\"c\": [1]}"),
        new("[TOOL_CALLS] [{\"name\": \"now\", \"arguments\": {}, \"id\": \"abc\"}]", "", "abc:now{}"),
        new("ok [TOOL_CALLS][{\"name\": \"now\", \"arguments\": {}}]", "ok", "now{}"),
        new("{\"answer\": 42}", "{\"answer\": 42}", ""),
        new("{\"answer\": {\"name\": \"now\"", "{\"answer\": {\"name\": \"now\"", ""),
        new("[1, 2] is a list", "[1, 2] is a list", ""),
        new("a <tool_cal and [TOOL_CAL", "a <tool_cal and [TOOL_CAL", ""),
        new("{\"function\": {\"name\": \"now\", \"arguments\": \"{}\"}, \"type\": \"function\"}", "", "now{}"),
    ];

    [TestCaseSource(nameof(Texts))]
    public void Parse_TextsOfEveryFormat_TellsCallsFromText(string written, string text, string calls)
    {
        var (actual, found) = ToolCallParser.Parse(written, Tools);

        Assert.That((actual, Line(found)), Is.EqualTo((text, calls)));
    }

    [TestCaseSource(nameof(Texts))]
    public void Add_CutAnywhere_GivesTheSame(string written, string text, string calls)
    {
        for (var cut = 1; cut <= 3; cut++)
        {
            var parser = new ToolCallParser(Tools);
            List<ToolCallPiece> pieces = [];
            for (var at = 0; at < written.Length; at += cut)
            {
                pieces.AddRange(parser.Add(written[at..Math.Min(at + cut, written.Length)]));
            }

            pieces.AddRange(parser.Finish());

            Assert.That(
                (string.Concat(pieces.Select(static p => p.Text)),
                    Line(pieces.Where(static p => p.Call is not null).Select(static p => p.Call!))),
                Is.EqualTo((text, calls)), $"pieces of {cut}");
        }
    }

    [Test]
    public void Add_Text_IsNotHeldBack()
        => Assert.That(
            new ToolCallParser(Tools).Add("Hello there").Single(), Is.EqualTo(new ToolCallPiece("Hello there", null)));

    [Test]
    public void Add_ACall_ComesWithItsLastCharacter()
    {
        var parser = new ToolCallParser();
        Assert.That(parser.Add("{\"name\": \"any\", \"arguments\": {}"), Is.Empty);

        Assert.That(parser.Add("}").Single().Call, Is.EqualTo(new ChatToolCall(null, "any", "{}")));
    }

    private static string Line(IEnumerable<ChatToolCall> calls)
        => string.Join(' ', calls.Select(static c => $"{(c.Id is null ? "" : c.Id + ":")}{c.Name}{c.Arguments}"));
}
