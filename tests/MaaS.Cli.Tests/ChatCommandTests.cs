using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Packages;
using MaaS.Text.Training;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using TorchSharp;

namespace MaaS.Cli.Tests;

/// <summary><c>maas chat</c> with a model that knows nothing but how to go on.</summary>
public sealed partial class ChatCommandTests
{
    // Line ends, so that turns are told apart in what the model sees.
    private const string Config =
        """{"chat_template": "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% if m.content == 'bad' %}"""
        + """{{ raise_exception('No such words!') }}{% endif %}{% endfor %}assistant:"}""";

    private string _folder = "";

    [OneTimeSetUp]
    public async Task PackAsync()
    {
        _folder = Directory.CreateTempSubdirectory("maas-chat-").FullName;
        var tokenizer = BpeTrainer.Train(
            ["user: once upon a time there was a whale\nassistant: hello"], new() { VocabSize = 280 });
        torch.random.manual_seed(5);
        using var gpt = new Gpt(
            new()
            {
                Vocabulary = tokenizer.VocabSize,
                Decoder = new() { Width = 16, Heads = 2, Layers = 1, MaxLength = 8192 },
            });
        gpt.eval();
        var plain = Path.Combine(_folder, "plain.maas");
        await gpt.PackAsync(plain, "plain", tokenizer);
        using var package = await ModelPackage.OpenAsync(plain);
        var files = new Dictionary<string, PackageContent>
        {
            [ChatTemplate.ConfigFile] = PackageContent.FromBytes(Encoding.UTF8.GetBytes(Config)),
        };
        foreach (var name in package.Manifest.Files.Keys)
        {
            files[name] = PackageContent.FromBytes(await package.ReadAsync(name));
        }

        await ModelPackage.CreateAsync(Path.Combine(_folder, "chat.maas"), package.Manifest, files);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Chat_LinesOfStandardInput_AreAnsweredWithTheHistory()
    {
        var (code, output, error) = await TalkAsync(
            "hi\n\nagain\n/new\nhi\n/exit\nnever\n", "--system", "be brief", "--max-tokens", "5", "--temperature", "0");

        using var model = await ChatModel.OpenAsync(Path.Combine(_folder, "chat.maas"));
        var first = await AnswerAsync(model, [new("system", "be brief"), new("user", "hi")]);
        var second = await AnswerAsync(
            model, [new("system", "be brief"), new("user", "hi"), new("assistant", first), new("user", "again")]);
        Assert.That(code, Is.Zero, error);
        Assert.That(
            output, Is.EqualTo(string.Join(Environment.NewLine, first, second, first, "")));
        Assert.That(error, Does.Match(@"\(5 tokens, the first after [\d.]+ s, [\d.]+ tokens a second\)"));
    }

    [Test]
    public async Task Chat_AMessageThatTheTemplateRefuses_IsSaidAndTheChatGoesOn()
    {
        var (code, output, error) = await TalkAsync("bad\nhi\n", "--max-tokens", "3", "--temperature", "0");

        using var model = await ChatModel.OpenAsync(Path.Combine(_folder, "chat.maas"));
        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Contain("No such words!"));
        Assert.That(output, Is.EqualTo(await AnswerAsync(model, [new("user", "hi")], 3) + Environment.NewLine));
    }

    [Test]
    public async Task Chat_LastMessageRefused_Fails()
    {
        Assert.That((await TalkAsync("bad\n")).ExitCode, Is.Not.Zero);
        Assert.That((await TalkAsync("bad\n/exit\nhi\n")).ExitCode, Is.Not.Zero);
    }

    [Test]
    public async Task Chat_MoreThanTheModelTakes_LeavesTheFirstMessagesOut()
    {
        var flood = string.Concat(Enumerable.Repeat("whale ", 900));

        var (code, _, error) = await TalkAsync(
            string.Concat(Enumerable.Repeat(flood + "\n", 4)), "--max-tokens", "2", "--temperature", "0");

        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Contain("no longer fit"));
    }

    [Test]
    public async Task Chat_Interrupted_EndsTheAnswerAndNotTheProgram()
    {
        using var process = Start("--max-tokens", "8000", "--temperature", "0");
        await process.StandardInput.WriteLineAsync("hi");
        await process.StandardInput.FlushAsync();
        var one = new char[1];
        await process.StandardOutput.ReadAsync(one);

        Assert.That(SendSignal(process.Id, 2), Is.Zero);
        var error = new StringBuilder();
        while (!error.ToString().Contains("(interrupted)", StringComparison.Ordinal))
        {
            var line = await process.StandardError.ReadLineAsync();
            Assert.That(line, Is.Not.Null, error.ToString());
            error.Append(line);
        }

        await process.StandardInput.WriteLineAsync("/exit");
        process.StandardInput.Close();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero);
    }

    [TestCase("expected a chat model, with a chat_template", "chat", "plain.maas")]
    [TestCase("expected Temperature of 0 or more, got -1", "chat", "chat.maas", "--temperature", "-1")]
    [TestCase("nowhere", "chat", "nowhere.maas")]
    public async Task Chat_WrongUse_SaysWhatIsExpected(string expected, params string[] arguments)
    {
        var (code, _, error) = await CommandProcess.RunAsync(_folder, arguments);

        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(expected).And.Not.Contain("   at "));
    }

    private async Task<(int ExitCode, string Output, string Error)> TalkAsync(string input, params string[] options)
    {
        using var process = Start(options);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    private Process Start(params string[] options) => CommandProcess.Start(_folder, ["chat", "chat.maas", .. options]);

    private static async Task<string> AnswerAsync(ChatModel model, ChatMessage[] messages, int tokens = 5)
    {
        var text = new StringBuilder();
        await foreach (var piece in model.AnswerAsync(messages, new() { MaxNewTokens = tokens, TopP = 0.95 }))
        {
            text.Append(piece.Text);
        }

        return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
