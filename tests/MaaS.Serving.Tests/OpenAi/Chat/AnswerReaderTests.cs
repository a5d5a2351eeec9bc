using MaaS.Core.Generation.Chat;
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
        Assert.That(calls.Select(static c => c.Id), Is.Unique.And.All.StartsWith("call_"));
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
}
