using System.CommandLine;
using System.Diagnostics;
using System.Text;
using MaaS.Cli.Chat;
using MaaS.Cli.CommandLine;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Onnx.Inference;

namespace MaaS.Cli.Commands;

/// <summary><c>maas chat</c>: a conversation with a packaged chat model.</summary>
internal sealed class ChatCommand : VerbCommand
{
    private const string New = "/new", Exit = "/exit";

    private readonly Argument<FileSystemInfo> _model = new("model")
    {
        Description = "A package (.maas or folder) of a language model with a chat template.",
    };

    private readonly Option<string?> _system = new("--system")
    {
        Description = "What the model is told before the conversation.",
        HelpName = "text",
    };

    private readonly GenerationOptionSet _generation = new(maxTokens: 512);

    public ChatCommand()
        : base(
            "chat",
            $"Talks with a chat model: a line is a message, {New} begins anew, {Exit} ends. Ctrl+C ends an answer.")
    {
        Arguments.Add(_model);
        Options.Add(_system);
        _generation.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas chat assistant.maas --system \"Answer in one sentence.\"", "A conversation."),
        ("echo \"What is a tensor?\" | maas chat assistant.maas --temperature 0", "One answer, the same every time."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = _generation.Read(result);
        using var model = await ChatModel.OpenAsync(
            result.GetRequiredValue(_model).FullName, cancellationToken: cancellationToken);
        using var input = new StreamReader(
            Console.OpenStandardInput(), new UTF8Encoding(false, throwOnInvalidBytes: true));
        using var interruption = new Interruption();
        var conversation = new Conversation(model, result.GetValue(_system));
        var failed = false;
        while (await ReadAsync(input, cancellationToken) is { } line && line.Trim() != Exit)
        {
            switch (line.Trim())
            {
                case "":
                    break;
                case New:
                    conversation.Clear();
                    break;
                default:
                    conversation.Add("user", line);
                    failed = !await AnswerAsync(model, conversation, options, interruption, cancellationToken);
                    break;
            }
        }

        // Who pipes a question in wants to know whether there was an answer.
        return failed ? ExitCode.Failure : ExitCode.Success;
    }

    private static async Task<string?> ReadAsync(StreamReader input, CancellationToken cancellationToken)
    {
        if (!Console.IsInputRedirected)
        {
            await Console.Error.WriteAsync("> ");
        }

        try
        {
            return await input.ReadLineAsync(cancellationToken);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("chat: expected UTF-8 on standard input, got other bytes.", e);
        }
    }

    // Writes an answer; what it took goes to standard error, so that the output is the answers alone.
    private static async Task<bool> AnswerAsync(
        ChatModel model, Conversation conversation, GenerationOptions options, Interruption interruption,
        CancellationToken cancellationToken)
    {
        var (text, tokens, watch) = (new StringBuilder(), 0, Stopwatch.StartNew());
        var first = TimeSpan.Zero;
        try
        {
            if (conversation.MakeRoom(options.MaxNewTokens) is > 0 and var left)
            {
                await Console.Error.WriteLineAsync($"(the first {left} messages no longer fit and are left out)");
            }

            var token = interruption.Begin(cancellationToken);
            await foreach (var piece in model.AnswerAsync(conversation.Messages, options, null, token))
            {
                first = tokens++ == 0 ? watch.Elapsed : first;
                text.Append(piece.Text);
                await Console.Out.WriteAsync(piece.Text);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteAsync(" (interrupted)");
        }
        catch (ModelInputException e)
        {
            // The message is of no use to the model; the conversation goes on without it.
            conversation.TakeBack();
            await Console.Error.WriteLineAsync($"maas: {e.Message}");
            return false;
        }
        finally
        {
            interruption.End();
        }

        await Console.Out.WriteLineAsync();
        conversation.Add("assistant", text.ToString());
        var rate = tokens > 1 ? $", {(tokens - 1) / (watch.Elapsed - first).TotalSeconds:0.0} tokens a second" : "";
        await Console.Error.WriteLineAsync($"({tokens} tokens, the first after {first.TotalSeconds:0.00} s{rate})");
        return true;
    }
}
