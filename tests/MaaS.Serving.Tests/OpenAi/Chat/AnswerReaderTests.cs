using MaaS.Core.Generation.Chat;
using MaaS.Serving.OpenAi;
using MaaS.Serving.OpenAi.Chat;

namespace MaaS.Serving.Tests.OpenAi.Chat;

public sealed class AnswerReaderTests
{
    private const string Calls =
        "Let me look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"town\": \"Rome\"}}\n</tool_call>\n"
        + "<tool_call>\n{\"name\": \"clock\", \"arguments\": {}}\n</tool_call>";

    private static AnswerForm Form(bool isParallel)
        => new(Constraint: null, [new ChatTool("weather"), new ChatTool("clock")], MustCall: false, isParallel);

    [Test]
    public void Read_TextAndCalls_GivesBothWithIds()
    {
        var (content, calls) = AnswerReader.Read(Form(isParallel: true), Calls);

        Assert.That(content, Is.EqualTo("Let me look."));
        Assert.That(calls.Select(static c => c.Name), Is.EqualTo(new[] { "weather", "clock" }));
        Assert.That(calls.Select(static c => c.Id), Is.Unique.And.All.Matches("^[A-Za-z0-9]{9}$"));
    }

    [Test]
    public void Read_OneCallAllowed_GivesTheFirst()
        => Assert.That(
            AnswerReader.Read(Form(isParallel: false), Calls).Calls.Select(static c => c.Name),
            Is.EqualTo(new[] { "weather" }));

    [Test]
    public void Add_CharactersOneByOne_GivesWhatTheWholeTextGives()
    {
        var reader = Form(isParallel: true).Reader();

        ToolCallPiece[] pieces = [.. Calls.SelectMany((c, i) => reader.Add(c.ToString(), i == Calls.Length - 1))];

        Assert.That(string.Concat(pieces.Select(static p => p.Text)), Is.EqualTo("Let me look."));
        Assert.That(
            pieces.Where(static p => p.Call is not null).Select(static p => p.Call!.Name),
            Is.EqualTo(new[] { "weather", "clock" }));
        Assert.That(reader.Calls, Is.EqualTo(2));
    }

    [Test]
    public void Read_NoTools_IsTextWhateverItLooksLike()
    {
        var form = new AnswerForm(Constraint: null, [], MustCall: false, IsParallel: true);

        Assert.That(AnswerReader.Read(form, Calls), Is.EqualTo((Calls, Array.Empty<ChatToolCall>())));
    }

    [Test]
    public void Read_IdsOfTheModel_AreKeptWhereTheyAreOnesAndEachItsOwn()
    {
        const string Text = """
            [{"name":"clock","arguments":{},"id":"abcDEF123"},{"name":"clock","arguments":{},"id":"abcDEF123"},
             {"name":"clock","arguments":{},"id":"7"}]
            """;

        var ids = AnswerReader.Read(Form(isParallel: true), Text).Calls.Select(static c => c.Id!).ToArray();

        Assert.That(ids[0], Is.EqualTo("abcDEF123"));
        Assert.That(ids, Is.Unique.And.All.Matches("^[A-Za-z0-9]{9}$"));
    }

    [TestCase("""{"town":"Rome"}""", true)]
    [TestCase("""{"town":7}""", false)]
    [TestCase("""{"town":"Rome","more":1}""", false)]
    [TestCase("{}", false)]
    public async Task Read_StrictTool_IsCalledWithArgumentsOfItsSchemaAlone(string arguments, bool isCall)
    {
        var fields = RequestFields.Parse("""
            {"tools":[{"type":"function","function":{"name":"weather","strict":true,"parameters":{"type":"object",
             "properties":{"town":{"type":"string"}},"required":["town"],"additionalProperties":false}}}]}
            """u8);
        var text = $"<tool_call>{{\"name\": \"weather\", \"arguments\": {arguments}}}</tool_call>";

        var (content, calls) = AnswerReader.Read(await AnswerForm.OfToolsAsync(ChatTools.Read(fields)), text);

        Assert.That(calls.Select(static c => c.Arguments), Is.EqualTo(isCall ? new[] { arguments } : []));
        Assert.That(content, Is.EqualTo(isCall ? null : text));
    }

    [Test]
    public async Task Read_ToolThatIsNotStrict_IsCalledAsTheModelWrote()
    {
        var fields = RequestFields.Parse("""
            {"tools":[{"type":"function","function":{"name":"weather","parameters":{"required":["town"]}}}]}
            """u8);

        var calls = AnswerReader.Read(
            await AnswerForm.OfToolsAsync(ChatTools.Read(fields)), """{"name": "weather", "arguments": {}}""").Calls;

        Assert.That(calls.Single().Arguments, Is.EqualTo("{}"));
    }
}
