using MaaS.Core.Generation.Chat;
using MaaS.Text;
using MaaS.Text.Training;
using MaaS.Training.Data.Text;
using MaaS.Training.Pipelines.Generation;

namespace MaaS.Training.Tests.Pipelines.Generation;

/// <summary>Which tokens of a conversation count.</summary>
internal sealed class ChatExamplesTests
{
    private const string ChatMl =
        "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static readonly ChatMessage[] TwoTurns =
    [
        new("system", "be kind"), new("user", "hello"), new("assistant", "good day"), new("user", "bye"),
        new("assistant", "farewell"),
    ];

    private static Tokenizer Words { get; } = BpeTrainer.Train(
        ["hello good day bye farewell be kind"],
        new() { VocabSize = 280, SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] });

    [Test]
    public void Of_TwoTurns_IsOneExampleOfWhichTheAnswersCount()
    {
        var (examples, leftOut, cut) = ChatExamples.Of([TwoTurns], ChatTemplate.Parse(ChatMl), Words, 500);

        var example = examples.Single();
        Assert.That((leftOut, cut), Is.EqualTo((0, 0)));
        Assert.That(
            Words.Decode([.. example.Ids], skipSpecialTokens: false),
            Is.EqualTo(ChatTemplate.Parse(ChatMl).Render(TwoTurns, addGenerationPrompt: false)));
        Assert.That(
            Words.Decode(
                [.. example.Ids.Where((_, i) => example.Counts[i])], skipSpecialTokens: false),
            Is.EqualTo("good day<|im_end|>\nfarewell<|im_end|>\n"));
    }

    [Test]
    public void Of_TemplateThatForgetsAnswers_IsOneExampleForEach()
    {
        const string Forgets =
            "{% for m in messages %}{% if m['role'] != 'assistant' or loop.last %}<{{ m['role'] }}>{{ m['content'] }}"
            + "{% endif %}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

        var (examples, _, _) = ChatExamples.Of([TwoTurns], ChatTemplate.Parse(Forgets), Words, 500);

        Assert.That(
            examples.Select(static e => Words.Decode([.. e.Ids.Where((_, i) => e.Counts[i])])),
            Is.EqualTo(new[] { "good day", "farewell" }));
    }

    [Test]
    public void Of_LongerThanTheContext_IsCutAndLeftOutWithoutAnAnswer()
    {
        var (examples, leftOut, cut) = ChatExamples.Of(
            [TwoTurns, [new("user", new string('x', 50)), new("assistant", "hello")]], ChatTemplate.Parse(ChatMl),
            Words, 40);

        Assert.That(examples.Single().Ids, Has.Count.EqualTo(41));
        Assert.That((leftOut, cut), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Of_TokenizerThatCutsAndPads_TakesWholeTexts()
    {
        var cutting = Words.With(new Truncation(4), new Padding { Length = 64, Id = 0 });

        var (examples, _, _) = ChatExamples.Of([TwoTurns], ChatTemplate.Parse(ChatMl), cutting, 500);

        var (whole, _, _) = ChatExamples.Of([TwoTurns], ChatTemplate.Parse(ChatMl), Words, 500);
        Assert.That(examples.Single().Ids, Is.EqualTo(whole.Single().Ids));
    }

    [Test]
    public void Of_TemplateThatWritesAnswersElsewhere_Throws()
        => Assert.That(
            () => ChatExamples.Of(
                [TwoTurns],
                ChatTemplate.Parse("{{ messages | length }}{% if add_generation_prompt %}!{% endif %}"), Words, 40),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("after the prompt"));

    [Test]
    public void Read_BytesThatAreNoUtf8_NamesFileAndLine()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [
                .. "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}\n{\"messages\""u8, 0xE9, 0x0A]);
            Assert.That(
                () => ChatCorpus.Read(path),
                Throws.TypeOf<InvalidDataException>().With.Message.Contains($"{path}, line 2: expected UTF-8"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", "role assistant")]
    [TestCase("{\"messages\": [{\"role\": \"assistant\", \"content\": null}]}", "content: expected a text")]
    [TestCase("{\"text\": 1}", "line 1: expected an object with messages")]
    [TestCase("", "got none")]
    public void Read_LinesThatAreNoConversations_NamesThem(string line, string message)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, line);
            Assert.That(
                () => ChatCorpus.Read(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
